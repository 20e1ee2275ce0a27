-- one row per as-of day and metric of the advice to promote
select as_of_day, metric_name, metric_value
from model_performance
where
    evaluation = 'backtest'
    and task = 'classes'
    and feature_set = $feature_set
    and model_name = 'hitcast'
    and (
        metric_name = 'hit_count'
        or (metric_name like 'advised_%' and metric_name not like '%_untouched')
        or metric_name in (
            'expected_cost', 'expected_cost_lower_95', 'expected_cost_upper_95', 'expected_cost_of_promoting_none'
        )
    )
