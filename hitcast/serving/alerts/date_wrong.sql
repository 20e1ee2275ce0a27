-- one row per release in its window, or before it, whose release date in the catalog cannot be right
with horizon as (

    select
        max(release_predictions.horizon_days) as longest_horizon_days,
        (select max(data_through_date) from publish_info) as data_through_date
    from release_predictions

)

select
    concat_ws('|', checks.release_id, checks.catalog_release_date) as key,
    checks.release_id,
    releases.artist_name,
    releases.release_title,
    checks.release_date,
    checks.catalog_release_date,
    checks.first_plain_stream_date,
    checks.verdict,
    checks.is_date_moved,
    checks.reason
from release_date_checks as checks
inner join releases on checks.release_id = releases.release_id
cross join horizon
where
    (checks.is_date_wrong or checks.is_date_moved)
    and checks.catalog_release_date + horizon.longest_horizon_days > horizon.data_through_date
order by checks.catalog_release_date desc, checks.release_id
