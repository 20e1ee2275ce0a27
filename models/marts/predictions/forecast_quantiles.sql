-- one row per release, horizon and level: the distribution that the latest forecast is read off
with forecast_quantiles as (

    select * from {{ ref('stg_ml__forecast_quantiles') }}

),

predictions as (

    select * from {{ ref('release_predictions') }}

)

select
    forecast_quantiles.release_id,
    forecast_quantiles.horizon_days,
    forecast_quantiles.level,
    forecast_quantiles.streams,
    forecast_quantiles.as_of_day,
    forecast_quantiles.run_id
from forecast_quantiles
inner join predictions
    on
        forecast_quantiles.release_id = predictions.release_id
        and forecast_quantiles.horizon_days = predictions.horizon_days
        and forecast_quantiles.run_id = predictions.run_id
