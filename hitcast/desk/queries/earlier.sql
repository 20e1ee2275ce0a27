-- one row per release of an artist before a day, the latest first, with its total where every day of it is known
select
    releases.release_id,
    releases.release_title,
    releases.release_date,
    outcomes.streams as actual_streams,
    predictions.predicted_streams
from releases
left join outcomes on releases.release_id = outcomes.release_id
left join release_predictions as predictions
    on releases.release_id = predictions.release_id and predictions.horizon_days = $horizon
where releases.artist_id = $artist and releases.release_date < cast($before as date)
order by releases.release_date desc, releases.release_id
limit 12
