-- one row per scoring run, release, horizon, kind and driver: the groups of reasons, and what they start from
with prediction_drivers as (

    select * from {{ source('ml', 'prediction_drivers') }}

),

renamed as (

    select
        run_id,
        release_id,
        horizon_days,
        driver_kind,
        driver_rank,
        feature_name,
        feature_value,
        contribution,
        reason,
        reason_ru
    from prediction_drivers

)

select * from renamed
