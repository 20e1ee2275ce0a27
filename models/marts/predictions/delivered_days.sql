-- one row per raw table and day from its first to its last standing delivery
with deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where
        table_name in ('tiktok_sound_days', 'vk_stream_days')
        and not is_withdrawn

),

usual_days as (

    select * from {{ ref('int_landing__usual_days') }}

),

partial_recordings as (

    select * from {{ ref('int_landing__partial_recordings') }}

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

partial_days as (

    select
        partial_recordings.table_name,
        partial_recordings.delivered_day,
        -- rows that may be of any recording leave nothing to count
        case when count(*) = count(partial_recordings.isrc) then count(partial_recordings.isrc) end as recording_count,
        case
            when count(*) = count(partial_recordings.isrc) then count(distinct recordings.release_id)
        end as release_count
    from partial_recordings
    left join recordings on partial_recordings.isrc = recordings.isrc
    group by
        partial_recordings.table_name,
        partial_recordings.delivered_day

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
    deliveries.delivered_at,
    case
        when deliveries.delivered_day is null then null
        when partial_days.delivered_day is not null then 'partial'
        else 'whole'
    end as day_state,
    case
        when deliveries.delivered_day is null then null
        when partial_days.delivered_day is not null then partial_days.recording_count
        else 0
    end as partial_recording_count,
    case
        when deliveries.delivered_day is null then null
        when partial_days.delivered_day is not null then partial_days.release_count
        else 0
    end as partial_release_count,
    deliveries.recording_count,
    deliveries.measure_sum,
    usual_days.usual_basis,
    usual_days.usual_row_count,
    usual_days.usual_recording_count,
    usual_days.usual_measure_sum,
    deliveries.row_count / nullif(usual_days.usual_row_count, 0) as row_ratio,
    deliveries.recording_count / nullif(usual_days.usual_recording_count, 0) as recording_ratio,
    deliveries.measure_sum / nullif(usual_days.usual_measure_sum, 0) as measure_ratio,
    coalesce(usual_days.row_mark, usual_days.recording_mark, usual_days.measure_mark) is not null as is_odd,
    case
        when deliveries.delivered_day is null then 'missing'
        when usual_days.usual_basis is null then 'no usual yet'
        when coalesce(usual_days.row_mark, usual_days.recording_mark, usual_days.measure_mark) is null then 'usual'
        else concat_ws(
            ', ',
            'rows ' || usual_days.row_mark,
            'recordings ' || usual_days.recording_mark,
            'sum ' || usual_days.measure_mark
        )
    end as day_mark
from calendar_days
left join deliveries
    on
        calendar_days.table_name = deliveries.table_name
        and calendar_days.calendar_day = deliveries.delivered_day
left join usual_days
    on
        calendar_days.table_name = usual_days.table_name
        and calendar_days.calendar_day = usual_days.delivered_day
left join partial_days
    on
        calendar_days.table_name = partial_days.table_name
        and calendar_days.calendar_day = partial_days.delivered_day
