-- one row: what was advised and decided about a release, as of the latest run
select *
from decisions
where release_id = $release_id
