-- one row per horizon: the latest published forecast of a release, and what it rests on
select
    predictions.release_id,
    predictions.artist_name,
    predictions.release_title,
    predictions.release_date,
    predictions.horizon_days,
    predictions.as_of_day,
    cast(predictions.release_date + predictions.as_of_day as date) as as_of_date,
    predictions.known_streams,
    predictions.predicted_streams,
    predictions.lower_90,
    predictions.upper_90,
    predictions.probability_high,
    predictions.verdict,
    predictions.actual_streams,
    predictions.refusal,
    predictions.main_drivers,
    predictions.data_note,
    predictions.run_id,
    predictions.model_name,
    predictions.predicted_at
from release_predictions as predictions
where predictions.release_id = $release_id
order by predictions.horizon_days
