-- one row per open release for which a scoring run began, or ceased, to advise promotion
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
    advice.needed_probability,
    latest.share_to_come,
    latest.known_streams,
    latest.verdict
from release_predictions as latest
inner join advice on latest.horizon_days = advice.class_horizon
inner join earlier
    on
        latest.release_id = earlier.release_id
        and latest.horizon_days = earlier.horizon_days
where
    latest.verdict <> 'closed'
    and latest.is_promotion_candidate <> (
        earlier.probability_high >= advice.needed_probability
        and coalesce(earlier.known_streams, 0) < advice.top_minimum
    )
order by latest.is_promotion_candidate desc, latest.probability_high desc, latest.release_id
