-- one row per backtest as known, horizon and group of days since release
with backtest_as_known as (

    select * from {{ source('ml', 'backtest_as_known') }}

),

renamed as (

    select
        run_id,
        horizon_days,
        age_group,
        first_origin,
        last_origin,
        origin_count,
        release_count,
        week_count,
        refused_share,
        restated_refused_share,
        rmsle,
        restated_rmsle,
        rmsle_ratio,
        rmsle_ratio_lower_95,
        rmsle_ratio_upper_95,
        coverage_80,
        restated_coverage_80,
        coverage_80_gap,
        coverage_80_gap_lower_95,
        coverage_80_gap_upper_95,
        coverage_90,
        restated_coverage_90,
        coverage_90_gap,
        coverage_90_gap_lower_95,
        coverage_90_gap_upper_95,
        evaluated_at,
        territory
    from backtest_as_known

)

select * from renamed
