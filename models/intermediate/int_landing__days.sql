-- one row per day that TikTok or VK ever delivered, with the state of each platform's report
with deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where table_name in ('tiktok_sound_days', 'vk_stream_days')

),

unknown_days as (

    select * from {{ ref('int_landing__partial_recordings') }}
    where isrc is null

),

states as (

    select
        deliveries.table_name,
        deliveries.delivered_day,
        case
            when deliveries.is_withdrawn then null
            when unknown_days.delivered_day is not null then 'partial'
            else 'whole'
        end as day_state
    from deliveries
    left join unknown_days
        on
            deliveries.table_name = unknown_days.table_name
            and deliveries.delivered_day = unknown_days.delivered_day

)

select
    delivered_day,
    max(case when table_name = 'tiktok_sound_days' then day_state end) as tiktok_state,
    max(case when table_name = 'vk_stream_days' then day_state end) as vk_state
from states
group by delivered_day
