-- one row per release (UPC)
with tracks as (

    select * from {{ ref('stg_catalog__tracks') }}

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

dates as (

    select * from {{ ref('int_releases__dates') }}

),

counted as (

    select
        tracks.release_id,
        min_by(tracks.isrc, (coalesce(tracks.track_number, 1), tracks.isrc)) as first_isrc,
        -- of tracks that differ, as in `int_catalog__recordings`
        min(tracks.release_date) as release_date,
        count(*) as track_count,
        count(recordings.isrc) as new_track_count,
        cast(avg({{ exact('tracks.duration_seconds') }}) as double) as mean_duration_seconds,
        avg(
            case when tracks.is_explicit then cast(1 as double) when not tracks.is_explicit then 0 end
        ) as explicit_share
    from tracks
    left join recordings
        on
            tracks.isrc = recordings.isrc
            and tracks.release_id = recordings.release_id
    group by tracks.release_id

)

select
    tracks.release_id,
    tracks.artist_id,
    counted.release_date + coalesce(dates.days_moved, 0) as release_date,
    tracks.release_title,
    tracks.artist_name,
    tracks.label_name,
    tracks.genre,
    case
        when counted.track_count <= 3 then 'single'
        when counted.track_count <= 6 then 'ep'
        else 'album'
    end as release_type,
    counted.track_count,
    counted.new_track_count,
    counted.mean_duration_seconds,
    counted.explicit_share,
    counted.new_track_count = 0 as is_reissue,
    counted.release_date as catalog_release_date,
    coalesce(dates.days_moved, 0) <> 0 as is_date_moved
from counted
-- a release's own attributes stand on its first track
inner join tracks
    on
        counted.release_id = tracks.release_id
        and counted.first_isrc = tracks.isrc
-- a reissue has no streams to tell its day by
left join dates on counted.release_id = dates.release_id
