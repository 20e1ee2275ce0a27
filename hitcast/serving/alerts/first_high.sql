-- one row per open release whose first forecast is high, or worth promoting
with costs as (

    select
        class_horizon,
        false_positive_cost / (false_positive_cost + false_negative_cost) as needed_probability
    from promotion_costs

),

top_class as (

    select max_by(stream_class, minimum_streams) as stream_class from stream_classes

),

through as (

    select max(data_through_date) as data_through_date from publish_info

),

first_forecasts as (

    select
        history.*,
        costs.needed_probability
    from prediction_history as history
    inner join costs on history.horizon_days = costs.class_horizon
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
cross join top_class
cross join through
where
    latest.actual_streams is null
    and first_forecasts.as_of_date > through.data_through_date - cast($max_age_days as integer)
    and (
        first_forecasts.probability_high >= first_forecasts.needed_probability
        or first_forecasts.predicted_class = top_class.stream_class
    )
order by first_forecasts.probability_high desc, first_forecasts.release_id
