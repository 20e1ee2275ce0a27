-- one row per backtest run, feature set, as-of day, horizon, kind of group and group
with backtest_groups as (

    select * from {{ source('ml', 'backtest_groups') }}

),

renamed as (

    select
        run_id,
        feature_set,
        as_of_day,
        horizon_days,
        group_kind,
        group_name,
        pooled_count,
        is_untouched,
        release_count,
        rmsle,
        line_rmsle,
        skill,
        skill_lower_95,
        skill_upper_95,
        volume_ratio,
        coverage_90,
        evaluated_at,
        territory
    from backtest_groups

)

select * from renamed
