-- one row per backtest run, task, feature set, model, as-of day, horizon and metric
with backtest_metrics as (

    select * from {{ source('ml', 'backtest_metrics') }}

),

renamed as (

    select
        run_id,
        task,
        feature_set,
        model_name,
        as_of_day,
        horizon_days,
        metric_name,
        metric_value,
        release_count,
        evaluated_at,
        territory
    from backtest_metrics

)

select * from renamed
