
    
      
    

    create  table
      "warehouse"."main"."releases__dbt_tmp"
  
  (
    release_id varchar not null,
    artist_id varchar not null,
    release_date date not null,
    release_title varchar,
    artist_name varchar,
    label_name varchar,
    genre varchar,
    release_type varchar,
    track_count bigint,
    new_track_count bigint,
    mean_duration_seconds double,
    explicit_share double,
    is_reissue boolean not null
    
    )
 ;
    
    
    insert into "warehouse"."main"."releases__dbt_tmp" 
  (
    
      
      
      release_id ,
    
      
      
      artist_id ,
    
      
      
      release_date ,
    
      
      
      release_title ,
    
      
      
      artist_name ,
    
      
      
      label_name ,
    
      
      
      genre ,
    
      
      
      release_type ,
    
      
      
      track_count ,
    
      
      
      new_track_count ,
    
      
      
      mean_duration_seconds ,
    
      
      
      explicit_share ,
    
      
      
      is_reissue 
    
  )
 (
      
    select release_id, artist_id, release_date, release_title, artist_name, label_name, genre, release_type, track_count, new_track_count, mean_duration_seconds, explicit_share, is_reissue
    from (
        -- one row per release (UPC)
with tracks as (

    select * from "warehouse"."main"."stg_catalog__tracks"

),

recordings as (

    select * from "warehouse"."main"."int_catalog__recordings"

),

counted as (

    select
        tracks.release_id,
        min_by(tracks.isrc, (coalesce(tracks.track_number, 1), tracks.isrc)) as first_isrc,
        count(*) as track_count,
        count(recordings.isrc) as new_track_count,
        cast(avg(cast(tracks.duration_seconds as decimal(30, 12))) as double) as mean_duration_seconds,
        avg(case when tracks.is_explicit then 1.0 when not tracks.is_explicit then 0.0 end) as explicit_share
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
    tracks.release_date,
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
    cast(counted.explicit_share as double) as explicit_share,
    counted.new_track_count = 0 as is_reissue
from counted
-- a release's own attributes stand on its first track
inner join tracks
    on
        counted.release_id = tracks.release_id
        and counted.first_isrc = tracks.isrc
    ) as model_subq
    );
  