-- one row per open release whose first forecast is high, or worth promoting
with through as (

    select max(data_through_date) as data_through_date from publish_info

),

first_forecasts as (

    select
        history.*,
        advice.needed_probability,
        advice.top_class
    from prediction_history as history
    inner join advice on history.horizon_days = advice.class_horizon
    where history.probability_high is not null
    qualify row_number() over (
        partition by history.release_id order by history.predicted_at, history.as_of_date, history.run_id
    ) = 1

)

select
    first_forecasts.release_id as key,
    first_forecasts.release_id,
    latest.artist_name,
    latest.release_title,
    latest.release_date,
    first_forecasts.horizon_days,
    first_forecasts.as_of_day,
    first_forecasts.predicted_streams,
    first_forecasts.predicted_class,
    first_forecasts.probability_high,
    first_forecasts.needed_probability
from first_forecasts
inner join release_predictions as latest
    on
        first_forecasts.release_id = latest.release_id
        and first_forecasts.horizon_days = latest.horizon_days
cross join through
where
    latest.actual_streams is null
    and first_forecasts.as_of_date > through.data_through_date - cast($max_age_days as integer)
    and (
        first_forecasts.probability_high >= first_forecasts.needed_probability
        or first_forecasts.predicted_class = first_forecasts.top_class
    )
order by first_forecasts.probability_high desc, first_forecasts.release_id
