-- one row per backtest run, feature set, model, origin, release, as-of day and horizon, for classes
with backtest_class_predictions as (

    select * from {{ source('ml', 'backtest_class_predictions') }}

),

renamed as (

    select
        run_id,
        feature_set,
        model_name,
        origin_date,
        release_id,
        as_of_day,
        horizon_days,
        probability_low,
        probability_medium,
        probability_high,
        predicted_class,
        actual_class
    from backtest_class_predictions

)

select * from renamed
