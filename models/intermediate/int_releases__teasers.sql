-- one row per release: TikTok activity of the days before its release
-- a view: release_features alone reads it
{{ config(materialized='view') }}

with teaser_days as (

    select * from {{ ref('release_days') }}
    where day_number < 0

)

select
    release_id,
    cast(sum(tiktok_views) as bigint) as tiktok_teaser_views_total,
    cast(sum(tiktok_creations) as bigint) as tiktok_teaser_creations_total,
    count(case when tiktok_views > 0 then 1 end) as tiktok_teaser_days_active
from teaser_days
group by release_id
