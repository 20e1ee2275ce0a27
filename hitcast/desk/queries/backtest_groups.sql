-- one row per horizon, kind of group, group and feature set of the latest backtest
select *
from backtest_groups
order by horizon_days, group_kind, starts_with(group_name, '('), group_name, feature_set desc
