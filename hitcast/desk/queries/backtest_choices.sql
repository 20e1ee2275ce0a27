-- one row per task, feature set and as-of day of the latest backtest
select distinct task, feature_set, as_of_day
from backtest_forecasts
