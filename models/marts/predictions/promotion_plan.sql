-- one row per release that the latest plan of the label's budget promotes, and one without a release for what is left
with promotion_plan as (

    select * from {{ ref('stg_ml__promotion_plan') }}

),

releases as (

    select * from {{ ref('releases') }}

),

latest_run as (

    select * from {{ ref('int_predictions__runs') }}
    where is_latest

)

select
    promotion_plan.release_id,
    releases.artist_name,
    releases.release_title,
    promotion_plan.start_day,
    promotion_plan.spend,
    promotion_plan.currency,
    promotion_plan.added_streams,
    promotion_plan.lower_90,
    promotion_plan.upper_90,
    promotion_plan.value,
    promotion_plan.goal,
    promotion_plan.note,
    promotion_plan.budget,
    promotion_plan.run_id,
    latest_run.predicted_at
from promotion_plan
inner join latest_run on promotion_plan.run_id = latest_run.run_id
left join releases on promotion_plan.release_id = releases.release_id
