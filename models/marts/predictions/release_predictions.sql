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
    -- the expected cost of leaving a hit alone less that of promoting a miss (Elkan 2001)
    latest.probability_high * {{ var('false_negative_cost') }}
    - (1 - latest.probability_high) * {{ var('false_positive_cost') }} as promotion_value,
    promotion_value >= 0 as is_promotion_candidate,
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
    releases.is_date_moved
from latest
inner join releases on latest.release_id = releases.release_id
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
