-- one row per horizon of a release
select
    horizon_days,
    predicted_streams,
    lower_80,
    upper_80,
    lower_90,
    upper_90,
    actual_streams,
    is_final
from release_predictions
where release_id = $release_id
order by horizon_days
