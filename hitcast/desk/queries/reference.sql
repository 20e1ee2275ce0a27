-- one row per figure that the reference work reports, of the served forecast at one as-of day
select
    metric_name,
    max(metric_value) as metric_value,
    max(release_count) as release_count
from model_performance
where
    evaluation = 'backtest'
    and model_name = 'hitcast'
    and feature_set = $feature_set
    and as_of_day = $as_of_day
    and horizon_days = $horizon
    and (metric_name like 'rounded_mape%' or metric_name in ('accuracy', 'accuracy_of_majority'))
group by metric_name
