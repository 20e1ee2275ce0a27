-- The state of every recording before its first possible teaser, and the table its days go to. The evergreens of 2018
-- live by a formula: they are there so that no delivered day is empty. Reads the variables seed and until.
create or replace temp table state as
select
    track_id,
    0 as replica,
    -15 as age,
    0::double as recent_videos,
    0::double as older_videos,
    0::double as watched_videos,
    0::double as watched_promotion,
    0::double as waiting,
    0::double as inflow,
    0::double as spark,
    0::double as word_of_mouth,
    0::double as playlist,
    0::bigint as organic_creations,
    0::bigint as promoted_creations,
    0::bigint as streams,
    0::double as playlist_share,
    0::double as inflow_share,
    0::bigint as total_14,
    0::bigint as total_30
from tracks
where not is_evergreen and release_date - 14 <= getvariable('until');

create or replace table track_days as
select
    calendar.day,
    tracks.track_id,
    (calendar.day - tracks.release_date)::integer as age,
    1 + whole(
        0.4 * calendar.platform * calendar.tiktok_season,
        draw('evergreen creations', tracks.track_id, calendar.day - date '2018-01-01')
    ) as organic_creations,
    0::bigint as promoted_creations,
    60 + whole(
        90 * calendar.platform * calendar.tiktok_season,
        draw('evergreen views', tracks.track_id, calendar.day - date '2018-01-01')
    ) as organic_views,
    0::bigint as promoted_views,
    20 + whole(60 * calendar.vk_season, draw('evergreen streams', tracks.track_id, calendar.day - date '2018-01-01'))
        as streams,
    0.02::double as playlist_share,
    0.02::double as inflow_share
from tracks
cross join calendar
where tracks.is_evergreen and calendar.day between date '2019-01-01' and getvariable('until');
