-- one row per model and release: forecasts of the latest backtest
select *
from backtest_forecasts
where task = $task and feature_set = $feature_set and as_of_day = $as_of_day and horizon_days = $horizon
order by model_name, origin_date, release_id
