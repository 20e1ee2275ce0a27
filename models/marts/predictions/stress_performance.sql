-- one row per state, as-of day and horizon of the latest backtest
with stress as (

    select * from {{ ref('stg_ml__backtest_stress') }}

),

latest_backtest as (

    select * from {{ ref('int_backtests__latest') }}

)

select
    stress.platform,
    stress.state,
    stress.as_of_day,
    stress.horizon_days,
    stress.release_count,
    stress.refused_share,
    stress.coverage_90,
    stress.clean_coverage_90,
    stress.log_width_90,
    stress.clean_log_width_90,
    stress.width_ratio,
    stress.rmsle,
    stress.clean_rmsle,
    stress.evaluated_at
from stress
inner join latest_backtest on stress.run_id = latest_backtest.run_id
