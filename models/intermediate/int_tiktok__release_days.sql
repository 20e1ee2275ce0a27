-- one row per release and day with TikTok activity, counted from the catalog's date, with room for a date that is moved
with recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

totals_days as (

    select delivered_day from {{ ref('stg_landing__deliveries') }}
    where table_name = 'tiktok_sound_days' and not is_withdrawn and counts = 'cumulative'

),

sound_days as (

    select
        reported.isrc,
        reported.activity_date,
        reported.content_type,
        reported.creations,
        reported.views,
        reported.likes,
        reported.comments,
        reported.shares,
        reported.favorites,
        reported.average_play_seconds
    from {{ ref('stg_tiktok__sound_days') }} as reported
    anti join totals_days on reported.activity_date = totals_days.delivered_day
    where
        reported.territory = '{{ var("territory") }}'
        and reported.isrc is not null
    union all
    select
        isrc,
        activity_date,
        content_type,
        creations,
        views,
        likes,
        comments,
        shares,
        favorites,
        -- the mean of all time says nothing of the day
        cast(null as double) as average_play_seconds
    from {{ ref('int_tiktok__sound_differences') }}
    where isrc is not null

),

release_days as (

    select
        recordings.release_number,
        {{ days_since_release('sound_days.activity_date', 'recordings.release_date') }} as day_number,
        cast(sum(sound_days.views) as bigint) as views,
        cast(sum(sound_days.creations) as bigint) as creations,
        cast(sum(sound_days.likes) as bigint) as likes,
        cast(sum(sound_days.comments) as bigint) as comments,
        cast(sum(sound_days.shares) as bigint) as shares,
        cast(sum(sound_days.favorites) as bigint) as favorites,
        -- a part is 0 where none of it is reported, and null where the vendor does not separate the parts
        cast(sum(
            case
                when sound_days.content_type = 'PGC' then sound_days.views when sound_days.content_type = 'UGC' then 0
            end
        ) as bigint) as pgc_views,
        cast(sum(
            case
                when sound_days.content_type = 'PGC' then sound_days.creations
                when sound_days.content_type = 'UGC' then 0
            end
        ) as bigint) as pgc_creations,
        -- one sound is one row of a day and territory, so the largest row is the largest sound
        max(sound_days.creations) as largest_sound_creations,
        count(*) as active_sounds,
        cast(sum({{ exact('sound_days.average_play_seconds * sound_days.views') }}) as double) as play_seconds,
        cast(
            sum(sound_days.views) filter (where sound_days.average_play_seconds is not null) as bigint
        ) as timed_views
    from sound_days
    inner join recordings on sound_days.isrc = recordings.isrc
    where
        {{ days_since_release('sound_days.activity_date', 'recordings.release_date') }}
        between -{{ var('teaser_days') + (most_days_moved() | int) }} and {{ last_kept_day() }}
    group by
        recordings.release_number,
        {{ days_since_release('sound_days.activity_date', 'recordings.release_date') }}

),

numbered_releases as (

    select distinct
        release_number,
        release_id
    from recordings

)

select
    numbered_releases.release_id,
    release_days.day_number,
    release_days.views,
    release_days.creations,
    release_days.likes,
    release_days.comments,
    release_days.shares,
    release_days.favorites,
    release_days.pgc_views,
    release_days.pgc_creations,
    release_days.largest_sound_creations,
    release_days.active_sounds,
    release_days.play_seconds,
    release_days.timed_views
from release_days
inner join numbered_releases on release_days.release_number = numbered_releases.release_number
