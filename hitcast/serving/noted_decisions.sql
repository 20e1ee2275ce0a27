-- one row per release of the table `noted`: the columns of `decisions`, as the next run will write them
with costs as (

    select
        class_horizon,
        false_positive_cost / (false_positive_cost + false_negative_cost) as needed_probability
    from promotion_costs

),

top_class as (

    select max(minimum_streams) as minimum_streams from stream_classes

),

-- the forecast that stood when it was decided
standing as (

    select
        noted.release_id,
        max_by(history.as_of_day, (history.as_of_date, history.predicted_at)) as as_of_day,
        max_by(history.predicted_streams, (history.as_of_date, history.predicted_at)) as predicted_streams,
        max_by(history.probability_high, (history.as_of_date, history.predicted_at)) as probability_high,
        max_by(coalesce(history.known_streams, 0), (history.as_of_date, history.predicted_at)) as known_streams
    from noted
    inner join prediction_history as history on noted.release_id = history.release_id
    cross join costs
    where
        history.horizon_days = costs.class_horizon
        and history.probability_high is not null
        and history.predicted_at <= noted.decided_at
    group by noted.release_id

)

select
    releases.release_id,
    releases.artist_name,
    releases.release_title,
    releases.label_name,
    releases.release_date,
    published.first_advised_at,
    published.first_advised_day,
    published.first_advised_streams,
    published.share_to_come,
    noted.decision,
    'person' as decided_by,
    noted.decided_at,
    noted.spend,
    cast(null as varchar) as currency,
    noted.note,
    noted.label_forecast,
    standing.as_of_day as decided_as_of_day,
    standing.predicted_streams,
    standing.probability_high,
    case
        when standing.known_streams < top_class.minimum_streams
            then standing.probability_high >= costs.needed_probability
    end as is_advised,
    predictions.actual_streams,
    predictions.actual_streams >= top_class.minimum_streams as is_top_class
from noted
inner join releases on noted.release_id = releases.release_id
cross join costs
cross join top_class
left join decisions as published on noted.release_id = published.release_id
left join standing on noted.release_id = standing.release_id
left join release_predictions as predictions
    on noted.release_id = predictions.release_id and costs.class_horizon = predictions.horizon_days
