-- one row per month, as-of day and metric of forecasts that were published
select release_month, task, as_of_day, metric_name, metric_value, release_count
from model_performance
where evaluation = 'live' and horizon_days = $horizon
order by release_month desc, as_of_day, metric_name
