-- one row per measurement and numeric feature
with feature_drift as (

    select * from {{ source('ml', 'feature_drift') }}

),

renamed as (

    select
        run_id,
        model_name,
        feature_name,
        stability_index,
        index_limit,
        is_main,
        recent_release_count,
        computed_at
    from feature_drift

)

select * from renamed
