-- one row per experiment run, feature set, horizon, metric and variant
with experiments as (

    select * from {{ source('ml', 'experiments') }}

),

renamed as (

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
    from experiments

)

select * from renamed
