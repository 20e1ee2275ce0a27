-- one row per scoring run, release, similar past release and horizon: what became of those whose first days were alike
with similar_releases as (

    select * from {{ ref('stg_ml__similar_releases') }}

),

runs as (

    select * from {{ ref('int_predictions__runs') }}

),

releases as (

    select * from {{ ref('releases') }}

)

select
    similar_releases.run_id,
    similar_releases.release_id,
    similar_releases.horizon_days,
    similar_releases.similarity_rank,
    similar_releases.similar_release_id,
    releases.artist_name,
    releases.release_title,
    releases.label_name,
    releases.genre,
    releases.release_date,
    similar_releases.distance,
    similar_releases.streams
from similar_releases
inner join runs on similar_releases.run_id = runs.run_id
inner join releases on similar_releases.similar_release_id = releases.release_id
