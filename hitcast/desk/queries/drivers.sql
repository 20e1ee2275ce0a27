-- one row per reason of a release's latest forecast over a horizon, the strongest first
select
    driver_kind,
    driver_rank,
    feature_group,
    effect,
    contribution,
    reason,
    reason_ru
from prediction_drivers
where release_id = $release_id and run_id = $run_id and horizon_days = $horizon and driver_kind in ('group', 'base')
order by driver_kind, driver_rank
