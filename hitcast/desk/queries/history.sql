-- one row per as-of day on which a release was forecast over a horizon, its latest forecast of that day
select *
from prediction_history
where release_id = $release_id and horizon_days = $horizon
qualify row_number() over (partition by as_of_day order by predicted_at desc, run_id desc) = 1
order by as_of_day
