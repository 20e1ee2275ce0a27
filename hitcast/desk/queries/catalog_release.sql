-- one row: a release of the catalog, forecast or not
select releases.*
from releases
where releases.release_id = $release_id
