-- one row per horizon and group of days since release of the analyzed territory's latest backtest as known
with as_known as (

    select * from {{ ref('stg_ml__backtest_as_known') }}
    where coalesce(territory, '{{ var("territory") }}') = '{{ var("territory") }}'

),

runs as (

    select
        run_id,
        row_number() over (order by max(evaluated_at) desc, run_id desc) as recency_rank
    from as_known
    group by run_id

)

select
    as_known.horizon_days,
    as_known.age_group,
    as_known.first_origin,
    as_known.last_origin,
    as_known.origin_count,
    as_known.release_count,
    as_known.week_count,
    as_known.refused_share,
    as_known.restated_refused_share,
    as_known.rmsle,
    as_known.restated_rmsle,
    as_known.rmsle_ratio,
    as_known.rmsle_ratio_lower_95,
    as_known.rmsle_ratio_upper_95,
    as_known.coverage_80,
    as_known.restated_coverage_80,
    as_known.coverage_80_gap,
    as_known.coverage_80_gap_lower_95,
    as_known.coverage_80_gap_upper_95,
    as_known.coverage_90,
    as_known.restated_coverage_90,
    as_known.coverage_90_gap,
    as_known.coverage_90_gap_lower_95,
    as_known.coverage_90_gap_upper_95,
    as_known.evaluated_at
from as_known
inner join runs on as_known.run_id = runs.run_id
where runs.recency_rank = 1
