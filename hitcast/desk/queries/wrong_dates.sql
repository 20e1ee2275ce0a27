-- one row per open release whose date in the catalog cannot be right
select
    checks.*,
    releases.artist_name,
    releases.release_title
from release_date_checks as checks
inner join releases on checks.release_id = releases.release_id
cross join settings
where
    (checks.is_date_wrong or checks.is_date_moved)
    and checks.catalog_release_date + settings.class_horizon > settings.through
order by checks.catalog_release_date desc, checks.release_id
limit 100
