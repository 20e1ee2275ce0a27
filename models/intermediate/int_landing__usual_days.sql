-- one row per raw table and day that was delivered, beside what is usual for it
with deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where
        table_name in ('tiktok_sound_days', 'vk_stream_days')
        and not is_withdrawn

),

compared_days as (

    select
        deliveries.table_name,
        deliveries.delivered_day,
        other_days.row_count,
        other_days.recording_count,
        other_days.measure_sum,
        {{ weekday_number('other_days.delivered_day') }}
        = {{ weekday_number('deliveries.delivered_day') }} as is_same_weekday,
        {{ days_since_release('deliveries.delivered_day', 'other_days.delivered_day') }} <= 7 as is_week_before
    from deliveries
    inner join deliveries as other_days
        on
            deliveries.table_name = other_days.table_name
            -- totals since release and daily figures do not compare
            and deliveries.counts = other_days.counts
            and {{ days_since_release('deliveries.delivered_day', 'other_days.delivered_day') }} between 1 and 56
    where
        deliveries.measure_sum is not null
        and other_days.measure_sum is not null

),

medians as (

    select
        table_name,
        delivered_day,
        case
            when sum(case when is_same_weekday then 1 else 0 end) >= 3 then 'weekday'
            when sum(case when is_week_before then 1 else 0 end) >= 3 then 'week before'
        end as usual_basis,
        sum(case when is_week_before then 1 else 0 end) >= 3 as has_week_before,
        median(case when is_same_weekday then row_count end) as weekday_row_count,
        median(case when is_same_weekday then recording_count end) as weekday_recording_count,
        median(case when is_same_weekday then measure_sum end) as weekday_measure_sum,
        median(case when is_week_before then row_count end) as week_row_count,
        median(case when is_week_before then recording_count end) as week_recording_count,
        median(case when is_week_before then measure_sum end) as week_measure_sum
    from compared_days
    group by
        table_name,
        delivered_day

),

usual_days as (

    select
        table_name,
        delivered_day,
        usual_basis,
        case usual_basis
            when 'weekday' then weekday_row_count when 'week before' then week_row_count
        end as usual_row_count,
        case usual_basis
            when 'weekday' then weekday_recording_count when 'week before' then week_recording_count
        end as usual_recording_count,
        case usual_basis
            when 'weekday' then weekday_measure_sum when 'week before' then week_measure_sum
        end as usual_measure_sum,
        case when has_week_before then week_row_count end as week_row_count,
        case when has_week_before then week_recording_count end as week_recording_count,
        case when has_week_before then week_measure_sum end as week_measure_sum
    from medians

)

select
    deliveries.table_name,
    deliveries.delivered_day,
    usual_days.usual_basis,
    usual_days.usual_row_count,
    usual_days.usual_recording_count,
    usual_days.usual_measure_sum,
    {{ figure_mark(
        'deliveries.row_count', 'usual_days.usual_row_count', 'usual_days.week_row_count', 'usual_days.usual_basis'
    ) }} as row_mark,
    {{ figure_mark(
        'deliveries.recording_count', 'usual_days.usual_recording_count', 'usual_days.week_recording_count',
        'usual_days.usual_basis'
    ) }} as recording_mark,
    {{ figure_mark(
        'deliveries.measure_sum', 'usual_days.usual_measure_sum', 'usual_days.week_measure_sum', 'usual_days.usual_basis'
    ) }} as measure_mark
from deliveries
left join usual_days
    on
        deliveries.table_name = usual_days.table_name
        and deliveries.delivered_day = usual_days.delivered_day
