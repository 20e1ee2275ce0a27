-- one row per scenario, release and as-of day: features of known days of which some were taken away, or of which the
-- first is believed to be another
-- a view: training and backtests alone read it, and no run should wait for it
{{ config(materialized='view') }}

-- where VK lacks days, TikTok's features are as they were delivered; days are known by the true date
with tiktok_features as (

    select * from {{ ref('int_releases__tiktok_features') }}
    where
        (scenario like 'tiktok%' or scenario like 'date%')
        and as_of_day + coalesce(try_cast(replace(scenario, 'date ', '') as integer), 0) in (3, 7, 14)

),

vk_features as (

    select * from {{ ref('int_releases__vk_features') }}
    where
        scenario != 'delivered'
        and as_of_day + coalesce(try_cast(replace(scenario, 'date ', '') as integer), 0) in (3, 7, 14)

)

-- whatever columns the two have; a release without a known day of one platform has a row of the other alone
select *  -- noqa: AM04, RF02
from tiktok_features
full outer join vk_features using (release_id, scenario, as_of_day)  -- noqa: ST07
