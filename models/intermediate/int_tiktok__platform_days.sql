-- one row per day: TikTok activity on all sounds of the landing, matched to a recording or not
with totals_days as (

    select delivered_day from {{ ref('stg_landing__deliveries') }}
    where table_name = 'tiktok_sound_days' and not is_withdrawn and counts = 'cumulative'

),

sound_days as (

    select
        reported.activity_date,
        reported.views,
        reported.creations
    from {{ ref('stg_tiktok__sound_days') }} as reported
    anti join totals_days on reported.activity_date = totals_days.delivered_day
    where reported.territory = '{{ var("territory") }}'
    union all
    select
        activity_date,
        views,
        creations
    from {{ ref('int_tiktok__sound_differences') }}

)

select
    activity_date,
    cast(sum(views) as bigint) as views,
    cast(sum(creations) as bigint) as creations
from sound_days
group by activity_date
-- a yardstick bears a few sounds that are unknown, not most of them
having count(views) * 2 >= count(*)
