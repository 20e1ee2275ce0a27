-- one row per release (UPC)
with tracks as (

    select * from {{ ref('stg_catalog__tracks') }}

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

-- a release's own attributes stand on its first track
first_tracks as (

    select
        *,
        row_number() over (partition by release_id order by coalesce(track_number, 1), isrc) as track_rank
    from tracks

),

counted as (

    select
        tracks.release_id,
        count(*) as track_count,
        count(recordings.isrc) as new_track_count,
        cast(avg({{ exact('tracks.duration_seconds') }}) as double) as mean_duration_seconds,
        avg(case when tracks.is_explicit then 1.0 when not tracks.is_explicit then 0.0 end) as explicit_share
    from tracks
    left join recordings
        on
            tracks.isrc = recordings.isrc
            and tracks.release_id = recordings.release_id
    group by tracks.release_id

)

select
    first_tracks.release_id,
    first_tracks.artist_id,
    first_tracks.release_date,
    first_tracks.release_title,
    first_tracks.artist_name,
    first_tracks.label_name,
    first_tracks.genre,
    case
        when counted.track_count <= 3 then 'single'
        when counted.track_count <= 6 then 'ep'
        else 'album'
    end as release_type,
    counted.track_count,
    counted.new_track_count,
    counted.mean_duration_seconds,
    cast(counted.explicit_share as double) as explicit_share,
    counted.new_track_count = 0 as is_reissue
from first_tracks
inner join counted on first_tracks.release_id = counted.release_id
where first_tracks.track_rank = 1
