-- one row per scoring run, release, horizon, kind and driver: the features that moved a forecast most, and all groups
with drivers as (

    select * from {{ ref('stg_ml__prediction_drivers') }}

),

runs as (

    select * from {{ ref('int_predictions__runs') }}

),

features as (

    select * from {{ ref('feature_catalog') }}

)

select
    drivers.run_id,
    drivers.release_id,
    drivers.horizon_days,
    drivers.driver_kind,
    drivers.driver_rank,
    drivers.feature_name,
    case when drivers.driver_kind = 'group' then drivers.feature_name else features.feature_group end as feature_group,
    features.description as feature_description,
    drivers.feature_value,
    drivers.contribution,
    -- a contribution to the log of the forecast, as the factor less one that it puts on the forecast
    exp(drivers.contribution) - 1 as effect,
    drivers.reason,
    -- older forecasts have no Russian sentence
    coalesce(drivers.reason_ru, drivers.reason) as reason_ru
from drivers
inner join runs on drivers.run_id = runs.run_id
left join features on drivers.feature_name = features.feature_name
