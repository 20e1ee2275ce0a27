-- one row per release: what it is called
select release_id, artist_name, release_title
from releases
where list_contains(cast($releases as varchar[]), release_id)
