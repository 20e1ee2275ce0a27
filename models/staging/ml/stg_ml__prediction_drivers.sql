-- one row per scoring run, release, horizon and feature, for the strongest features of each forecast
with prediction_drivers as (

    select * from {{ source('ml', 'prediction_drivers') }}

),

renamed as (

    select
        run_id,
        release_id,
        horizon_days,
        driver_rank,
        feature_name,
        feature_value,
        contribution
    from prediction_drivers

)

select * from renamed
