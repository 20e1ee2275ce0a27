-- one row per as-of day, model and metric beside the best possible forecast; none where no truth is known
select as_of_day, model_name, metric_name, metric_value, release_count
from model_performance
where
    evaluation = 'backtest'
    and feature_set = $feature_set
    and horizon_days = $horizon
    and metric_name like 'best_possible_%'
    and metric_name not like '%_untouched'
