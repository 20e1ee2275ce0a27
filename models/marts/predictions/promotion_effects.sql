-- one row per open release and spend of the latest run, or one without a spend that says why nothing is known
with effects as (

    select * from {{ ref('stg_ml__uplift') }}

),

latest_run as (

    select * from {{ ref('int_predictions__runs') }}
    where is_latest

)

select
    effects.release_id,
    effects.start_day,
    effects.spend,
    effects.currency,
    effects.added_streams,
    effects.lower_90,
    effects.upper_90,
    effects.refusal,
    effects.run_id,
    latest_run.predicted_at
from effects
inner join latest_run on effects.run_id = latest_run.run_id
