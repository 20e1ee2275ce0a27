-- one row per scoring run, release, horizon and level
with forecast_quantiles as (

    select * from {{ source('ml', 'forecast_quantiles') }}

),

renamed as (

    select
        run_id,
        release_id,
        horizon_days,
        as_of_day,
        level,
        streams
    from forecast_quantiles

)

select * from renamed
