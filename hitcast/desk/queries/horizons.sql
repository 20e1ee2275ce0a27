-- one row per horizon
select distinct horizon_days
from release_predictions
order by horizon_days
