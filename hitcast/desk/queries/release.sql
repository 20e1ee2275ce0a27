-- one row: a release's forecast over a horizon, with its part in the plan
select
    forecasts.*,
    plan.spend as plan_spend,
    plan.currency as plan_currency,
    plan.added_streams as plan_added_streams,
    plan.lower_90 as plan_lower_90,
    plan.upper_90 as plan_upper_90
from forecasts($horizon, $needed) as forecasts
left join promotion_plan as plan on forecasts.release_id = plan.release_id
where forecasts.release_id = $release_id
