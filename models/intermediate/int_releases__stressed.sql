-- one row per release of the sample that scenarios are made of
-- a view: training and backtests alone read it
{{ config(materialized='view') }}

with known_days as (

    select * from {{ ref('int_releases__known_days') }}

),

targets as (

    select * from {{ ref('release_targets') }}
    where
        horizon_days = {{ var('horizons') | max }}
        and training_streams is not null
        and not is_reissue

),

-- of the first two weeks both must have delivered every day, or taking one away would leave two missing
fully_delivered as (

    select release_id
    from known_days
    where day_number < 14
    group by release_id
    having count(*) = count(case when tiktok_is_known and vk_is_known then 1 end)

),

-- spread over all of history, so that a model of any day has some to learn from and some to be tested on
sampled as (

    select
        targets.release_id,
        row_number() over (order by md5(targets.release_id)) as place
    from targets
    inner join fully_delivered on targets.release_id = fully_delivered.release_id

)

select release_id
from sampled
where place <= {{ var('stressed_releases') }}
