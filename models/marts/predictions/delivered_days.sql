-- one row per raw table and day from its first to its last standing delivery
with deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where
        table_name in ('tiktok_sound_days', 'vk_stream_days')
        and not is_withdrawn

),

spans as (

    select
        table_name,
        min(delivered_day) as first_day,
        max(delivered_day) as last_day
    from deliveries
    group by table_name

),

calendar_days as (

    select
        spans.table_name,
        {{ each_day('spans.first_day', 'spans.last_day') }} as calendar_day
    from spans

)

select
    calendar_days.table_name as raw_table,
    calendar_days.calendar_day as delivered_day,
    deliveries.delivered_day is not null as is_delivered,
    coalesce(deliveries.row_count, 0) as row_count,
    deliveries.delivered_at
from calendar_days
left join deliveries
    on
        calendar_days.table_name = deliveries.table_name
        and calendar_days.calendar_day = deliveries.delivered_day
