-- one row per backtest run, state, as-of day and horizon
with backtest_stress as (

    select * from {{ source('ml', 'backtest_stress') }}

),

renamed as (

    select
        run_id,
        platform,
        state,
        as_of_day,
        horizon_days,
        release_count,
        refused_share,
        coverage_90,
        clean_coverage_90,
        log_width_90,
        clean_log_width_90,
        width_ratio,
        rmsle,
        clean_rmsle,
        evaluated_at,
        territory
    from backtest_stress

)

select * from renamed
