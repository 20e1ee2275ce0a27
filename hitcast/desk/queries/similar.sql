-- one row per past release that began like a release, with its total over a horizon
select
    similarity_rank,
    similar_release_id,
    artist_name,
    release_title,
    release_date,
    streams
from similar_releases
where release_id = $release_id and run_id = $run_id and horizon_days = $horizon
order by similarity_rank
