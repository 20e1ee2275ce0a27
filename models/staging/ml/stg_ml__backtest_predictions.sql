-- one row per backtest run, feature set, model, origin, release, as-of day and horizon
with backtest_predictions as (

    select * from {{ source('ml', 'backtest_predictions') }}

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
        known_streams,
        predicted_streams,
        expected_streams,
        lower_80,
        upper_80,
        lower_90,
        upper_90,
        actual_streams
    from backtest_predictions

)

select * from renamed
