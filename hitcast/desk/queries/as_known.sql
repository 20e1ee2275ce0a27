-- one row per group of days since release: forecasts from what was known then beside the same from today's data
select *
from as_known_performance
where horizon_days = $horizon
order by age_group <> 'all', try_cast(regexp_extract(age_group, '^[0-9]+') as integer)
