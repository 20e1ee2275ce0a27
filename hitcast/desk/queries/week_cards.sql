-- one row per open release that something can still be done for, by verdict, of one verdict the largest forecast first
select
    forecasts.*,
    plan.spend as plan_spend,
    plan.currency as plan_currency,
    plan.added_streams as plan_added_streams
from forecasts($horizon, $needed) as forecasts
left join promotion_plan as plan on forecasts.release_id = plan.release_id
where forecasts.is_open and forecasts.verdict <> 'unknown'
order by
    list_position(verdict_order(), forecasts.verdict) asc,
    forecasts.predicted_streams desc,
    forecasts.release_id asc
limit 5
