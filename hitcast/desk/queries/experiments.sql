-- one row per experiment, feature set, horizon, metric and variant
select *
from experiment_findings
order by experiment, feature_set desc, horizon_days, metric_name, variant
