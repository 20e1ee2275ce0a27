-- one row per release and horizon: the latest forecast, beside what came of it
with history as (

    select * from {{ ref('prediction_history') }}

),

releases as (

    select * from {{ ref('releases') }}

),

drivers as (

    select * from {{ ref('prediction_drivers') }}

),

classes as (

    select max(minimum_streams) as top_minimum from {{ ref('stream_classes') }}

),

dataset_days as (

    select * from {{ ref('dataset_days') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by release_id, horizon_days order by as_of_date desc, predicted_at desc, run_id desc
        ) as recency_rank
    from history

),

latest as (

    select * from ranked
    where recency_rank = 1

),

-- the last forecast on fewer days of data
previous as (

    select
        ranked.release_id,
        ranked.horizon_days,
        ranked.as_of_date,
        ranked.predicted_streams,
        ranked.predicted_class,
        row_number() over (
            partition by ranked.release_id, ranked.horizon_days order by ranked.recency_rank
        ) as recency_rank
    from ranked
    inner join latest
        on
            ranked.release_id = latest.release_id
            and ranked.horizon_days = latest.horizon_days
            and ranked.as_of_date < latest.as_of_date

),

main_drivers as (

    select
        run_id,
        release_id,
        horizon_days,
        concat_ws(
            '; ',
            max(reason) filter (where driver_rank = 1),
            max(reason) filter (where driver_rank = 2),
            max(reason) filter (where driver_rank = 3)
        ) as main_drivers,
        concat_ws(
            '; ',
            max(reason_ru) filter (where driver_rank = 1),
            max(reason_ru) filter (where driver_rank = 2),
            max(reason_ru) filter (where driver_rank = 3)
        ) as main_drivers_ru
    from drivers
    where driver_kind = 'group'
    group by run_id, release_id, horizon_days

),

-- what is advised about a release, by the window that its class is cut from
verdicts as (

    select
        latest.release_id,
        case
            -- of a window with a day that never came the total stays unknown, but it has ended
            when
                latest.actual_streams is not null
                or releases.release_date + ({{ var('class_horizon') }} - 1) <= dataset_days.data_through_date
                then 'closed'
            when latest.predicted_streams is null then 'unknown'
            when latest.known_streams >= classes.top_minimum then 'hit'
            when {{ promotion_value('latest.probability_high') }} >= 0 then 'promote'
            -- a quarter of the chance that promoting needs
            when {{ promotion_value('(4 * latest.probability_high)') }} >= 0 then 'watch'
            else 'leave'
        end as verdict
    from latest
    inner join releases on latest.release_id = releases.release_id
    cross join classes
    cross join dataset_days
    where latest.horizon_days = {{ var('class_horizon') }}

)

select
    latest.release_id,
    latest.horizon_days,
    releases.artist_name,
    releases.release_title,
    releases.label_name,
    releases.genre,
    releases.release_date,
    latest.as_of_day,
    latest.predicted_streams,
    latest.expected_streams,
    cast(round(latest.predicted_streams / 50000) * 50000 as bigint) as predicted_streams_rounded,
    latest.lower_80,
    latest.upper_80,
    latest.lower_90,
    latest.upper_90,
    latest.probability_low,
    latest.probability_medium,
    latest.probability_high,
    latest.predicted_class,
    {{ promotion_value('latest.probability_high') }} as promotion_value,
    -- null where nothing is forecast
    case when verdicts.verdict <> 'unknown' then verdicts.verdict = 'promote' and latest.actual_streams is null end
        as is_promotion_candidate,
    coalesce(main_drivers.main_drivers, latest.refusal) as main_drivers,
    latest.refusal,
    previous.as_of_date as previous_as_of_date,
    previous.predicted_streams as previous_predicted_streams,
    previous.predicted_class as previous_predicted_class,
    latest.run_id,
    latest.model_name,
    latest.predicted_at,
    latest.data_through_date,
    latest.actual_streams,
    abs(latest.predicted_streams - latest.actual_streams) / nullif(latest.actual_streams, 0)
        as absolute_percentage_error,
    coalesce(main_drivers.main_drivers_ru, latest.refusal) as main_drivers_ru,
    latest.known_streams,
    -- the forecast keeps what was known on the last open day
    latest.actual_streams is not null as is_final,
    latest.vk_days_known,
    latest.tiktok_days_known,
    latest.missing_days,
    latest.data_note,
    latest.data_note_ru,
    releases.catalog_release_date,
    releases.is_date_moved,
    -- before the first day, and of none forecast, all of it
    case
        when latest.predicted_streams is null then null
        when latest.predicted_streams > 0
            then greatest(
                cast(0 as double), 1 - coalesce(latest.known_streams, 0) / nullif(latest.predicted_streams, 0)
            )
        else 1
    end as share_to_come,
    verdicts.verdict
from latest
inner join releases on latest.release_id = releases.release_id
left join verdicts on latest.release_id = verdicts.release_id
left join main_drivers
    on
        latest.run_id = main_drivers.run_id
        and latest.release_id = main_drivers.release_id
        and latest.horizon_days = main_drivers.horizon_days
left join previous
    on
        latest.release_id = previous.release_id
        and latest.horizon_days = previous.horizon_days
        and previous.recency_rank = 1
