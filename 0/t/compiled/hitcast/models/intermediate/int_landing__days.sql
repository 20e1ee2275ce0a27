-- one row per day ever delivered by TikTok or VK, and whether it stands
with deliveries as (

    select * from "warehouse"."main"."stg_landing__deliveries"

)

select
    delivered_day,
    bool_or(table_name = 'tiktok_sound_days' and not is_withdrawn) as is_tiktok_delivered,
    bool_or(table_name = 'vk_stream_days' and not is_withdrawn) as is_vk_delivered
from deliveries
where table_name in ('tiktok_sound_days', 'vk_stream_days')
group by delivered_day