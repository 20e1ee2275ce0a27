-- one row per open release for which a scoring run began, or ceased, to advise promotion
with costs as (

    select
        class_horizon,
        false_positive_cost / (false_positive_cost + false_negative_cost) as needed_probability
    from promotion_costs

),

top_class as (

    select max(minimum_streams) as minimum_streams from stream_classes

)

select
    concat_ws('|', latest.release_id, latest.run_id) as key,
    latest.release_id,
    latest.artist_name,
    latest.release_title,
    latest.release_date,
    latest.horizon_days,
    latest.as_of_day,
    latest.predicted_streams,
    latest.is_promotion_candidate,
    latest.probability_high,
    earlier.probability_high as previous_probability_high,
    costs.needed_probability,
    latest.share_to_come,
    latest.known_streams,
    latest.verdict
from release_predictions as latest
cross join top_class
inner join costs on latest.horizon_days = costs.class_horizon
inner join earlier
    on
        latest.release_id = earlier.release_id
        and latest.horizon_days = earlier.horizon_days
where
    latest.verdict <> 'closed'
    and latest.is_promotion_candidate <> (
        earlier.probability_high >= costs.needed_probability
        and coalesce(earlier.known_streams, 0) < top_class.minimum_streams
    )
order by latest.is_promotion_candidate desc, latest.probability_high desc, latest.release_id
