-- one row per evaluation (the latest backtest, or live by month of release), task, feature set, model, as-of day,
-- horizon and metric
with metrics as (

    select * from {{ ref('stg_ml__backtest_metrics') }}

),

history as (

    select * from {{ ref('prediction_history') }}

),

releases as (

    select * from {{ ref('releases') }}

),

latest_backtest as (

    select * from {{ ref('int_backtests__latest') }}

),

backtest as (

    select
        'backtest' as evaluation,
        cast(null as date) as release_month,
        metrics.task,
        metrics.feature_set,
        metrics.model_name,
        metrics.as_of_day,
        metrics.horizon_days,
        metrics.metric_name,
        metrics.metric_value,
        metrics.release_count
    from metrics
    inner join latest_backtest on metrics.run_id = latest_backtest.run_id

),

-- the last forecast that each model made of a release at each as-of day
live_forecasts as (

    select
        history.*,
        cast(date_trunc('month', releases.release_date) as date) as release_month,
        row_number() over (
            partition by history.release_id, history.horizon_days, history.as_of_day, history.model_name
            order by history.predicted_at desc, history.run_id desc
        ) as recency_rank
    from history
    inner join releases on history.release_id = releases.release_id
    where
        history.actual_streams is not null
        and history.predicted_streams is not null

),

live as (

    select
        'live' as evaluation,
        release_month,
        'streams' as task,
        feature_set,
        model_name,
        as_of_day,
        horizon_days,
        'rmsle' as metric_name,
        sqrt(
            avg({{ exact("power(ln(1 + predicted_streams) - ln(1 + actual_streams), 2)") }})
        ) as metric_value,
        count(*) as release_count
    from live_forecasts
    where recency_rank = 1
    group by release_month, feature_set, model_name, as_of_day, horizon_days

)

select
    evaluation,
    release_month,
    task,
    feature_set,
    model_name,
    as_of_day,
    horizon_days,
    metric_name,
    metric_value,
    release_count
from backtest
union all
select
    evaluation,
    release_month,
    task,
    feature_set,
    model_name,
    as_of_day,
    horizon_days,
    metric_name,
    metric_value,
    release_count
from live
