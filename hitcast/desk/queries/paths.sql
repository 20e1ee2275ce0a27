-- one row per release and day of the path of its latest forecast
select *
from release_trajectories
where list_contains(cast($releases as varchar[]), release_id)
order by release_id, days_since_release
