-- one row per numeric feature, as last measured
with feature_drift as (

    select * from {{ ref('stg_ml__feature_drift') }}

),

ranked as (

    select
        *,
        dense_rank() over (order by computed_at desc, run_id desc) as recency_rank
    from feature_drift

)

select
    model_name,
    feature_name,
    stability_index,
    index_limit,
    is_main,
    recent_release_count,
    computed_at
from ranked
where recency_rank = 1
