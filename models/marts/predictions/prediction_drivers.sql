-- one row per scoring run, release, horizon, kind and driver: the groups of reasons, and what they start from
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
    case
        when drivers.driver_kind = 'feature' then features.feature_group else drivers.feature_name
    end as feature_group,
    features.description as feature_description,
    drivers.feature_value,
    drivers.contribution,
    -- a contribution to the log of the forecast, as the factor less one that it puts on the forecast
    case when drivers.driver_kind <> 'base' then exp(drivers.contribution) - 1 end as effect,
    drivers.reason,
    -- older forecasts have no Russian sentence
    coalesce(drivers.reason_ru, drivers.reason) as reason_ru
from drivers
inner join runs on drivers.run_id = runs.run_id
left join features on drivers.feature_name = features.feature_name
