-- one row per day: TikTok activity on all sounds of the landing, matched to a recording or not
with sound_days as (

    select * from {{ ref('stg_tiktok__sound_days') }}
    where territory = '{{ var("territory") }}'

)

select
    activity_date,
    cast(sum(views) as bigint) as views,
    cast(sum(creations) as bigint) as creations
from sound_days
group by activity_date
