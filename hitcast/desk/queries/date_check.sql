-- one row: what is odd about a release's date; none where nothing is
select verdict, reason, catalog_release_date, first_plain_stream_date, is_date_moved, is_date_wrong
from release_date_checks
where release_id = $release_id and reason is not null
