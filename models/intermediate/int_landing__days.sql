-- one row per day that TikTok or VK ever delivered, with the state of each platform's report
with deliveries as (

    select
        delivered_day,
        table_name,
        case when not is_withdrawn then day_state end as day_state
    from {{ ref('stg_landing__deliveries') }}
    where table_name in ('tiktok_sound_days', 'vk_stream_days')

)

select
    delivered_day,
    max(case when table_name = 'tiktok_sound_days' then day_state end) as tiktok_state,
    max(case when table_name = 'vk_stream_days' then day_state end) as vk_state
from deliveries
group by delivered_day
