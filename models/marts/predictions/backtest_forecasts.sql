-- one row per task, model, feature set, as-of day, horizon and test release of the latest backtest: this project's
-- models and the log-linear law that they have to beat
with streams as (

    select * from {{ ref('stg_ml__backtest_predictions') }}

),

classes as (

    select * from {{ ref('stg_ml__backtest_class_predictions') }}

),

latest_backtest as (

    select * from {{ ref('int_backtests__latest') }}

),

stream_forecasts as (

    select
        'streams' as task,
        streams.model_name,
        streams.feature_set,
        streams.as_of_day,
        streams.horizon_days,
        streams.origin_date,
        streams.release_id,
        streams.actual_streams,
        streams.predicted_streams,
        streams.lower_80,
        streams.upper_80,
        streams.lower_90,
        streams.upper_90,
        cast(null as string) as actual_class,
        cast(null as string) as predicted_class,
        cast(null as double) as probability_high
    from streams
    inner join latest_backtest on streams.run_id = latest_backtest.run_id
    where streams.model_name in ('hitcast', 'log_linear')

),

class_forecasts as (

    select
        'classes' as task,
        classes.model_name,
        classes.feature_set,
        classes.as_of_day,
        classes.horizon_days,
        classes.origin_date,
        classes.release_id,
        cast(null as bigint) as actual_streams,
        cast(null as double) as predicted_streams,
        cast(null as double) as lower_80,
        cast(null as double) as upper_80,
        cast(null as double) as lower_90,
        cast(null as double) as upper_90,
        classes.actual_class,
        classes.predicted_class,
        classes.probability_high
    from classes
    inner join latest_backtest on classes.run_id = latest_backtest.run_id
    where classes.model_name in ('hitcast', 'log_linear')

)

select * from stream_forecasts
union all
select * from class_forecasts
