-- one row per experiment, feature set, horizon, metric and variant of each experiment's latest run
with experiments as (

    select * from {{ ref('stg_ml__experiments') }}

),

ranked as (

    select
        *,
        dense_rank() over (partition by experiment order by evaluated_at desc, run_id desc) as recency_rank
    from experiments

)

select
    run_id,
    experiment,
    question,
    answer,
    feature_set,
    horizon_days,
    metric_name,
    variant,
    value,
    lower_95,
    upper_95,
    release_count,
    evaluated_at
from ranked
where recency_rank = 1
