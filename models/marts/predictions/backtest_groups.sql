-- one row per feature set, as-of day, horizon, kind of group and group of test releases of the latest backtest
with backtest_groups as (

    select * from {{ ref('stg_ml__backtest_groups') }}

),

latest_backtest as (

    select * from {{ ref('int_backtests__latest') }}

)

select
    backtest_groups.run_id,
    backtest_groups.feature_set,
    backtest_groups.as_of_day,
    backtest_groups.horizon_days,
    backtest_groups.group_kind,
    backtest_groups.group_name,
    backtest_groups.pooled_count,
    backtest_groups.is_untouched,
    backtest_groups.release_count,
    backtest_groups.rmsle,
    backtest_groups.line_rmsle,
    backtest_groups.skill,
    backtest_groups.skill_lower_95,
    backtest_groups.skill_upper_95,
    backtest_groups.volume_ratio,
    backtest_groups.coverage_90,
    backtest_groups.evaluated_at
from backtest_groups
inner join latest_backtest on backtest_groups.run_id = latest_backtest.run_id
