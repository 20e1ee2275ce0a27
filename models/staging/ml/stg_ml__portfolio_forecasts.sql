-- one row per scoring run, portfolio of releases and horizon
with portfolio_forecasts as (

    select * from {{ source('ml', 'portfolio_forecasts') }}

),

renamed as (

    select
        run_id,
        portfolio_kind,
        portfolio_id,
        portfolio_name,
        release_month,
        horizon_days,
        as_of_date,
        release_count,
        final_count,
        unknown_count,
        known_streams,
        expected_streams,
        lower_80,
        upper_80,
        lower_90,
        upper_90,
        actual_streams
    from portfolio_forecasts

)

select * from renamed
