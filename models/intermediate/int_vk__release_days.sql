-- one row per release and day with VK streams, counted from the catalog's date, with room for a date that is moved
with recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

totals_days as (

    select delivered_day from {{ ref('stg_landing__deliveries') }}
    where table_name = 'vk_stream_days' and not is_withdrawn and counts = 'cumulative'

),

stream_days as (

    select
        reported.isrc,
        reported.stream_date,
        reported.stream_source,
        reported.subscription,
        reported.streams
    from {{ ref('stg_vk__stream_days') }} as reported
    anti join totals_days on reported.stream_date = totals_days.delivered_day
    where reported.territory = '{{ var("territory") }}'
    union all
    select
        isrc,
        stream_date,
        stream_source,
        subscription,
        streams
    from {{ ref('int_vk__stream_differences') }}

),

release_days as (

    select
        recordings.release_number,
        {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }} as day_number,
        cast(sum(stream_days.streams) as bigint) as streams,
        -- a part is 0 where none of it is reported, and null where the vendor does not separate the parts
        cast(sum(
            case
                when stream_days.stream_source = 'playlist' then stream_days.streams
                when stream_days.stream_source is not null then 0
            end
        ) as bigint) as playlist_streams,
        cast(sum(
            case
                when stream_days.stream_source = 'search' then stream_days.streams
                when stream_days.stream_source is not null then 0
            end
        ) as bigint) as search_streams,
        cast(sum(
            case
                when stream_days.stream_source = 'recommendations' then stream_days.streams
                when stream_days.stream_source is not null then 0
            end
        ) as bigint) as recommendation_streams,
        cast(sum(
            case
                when stream_days.stream_source = 'own_music' then stream_days.streams
                when stream_days.stream_source is not null then 0
            end
        ) as bigint) as own_music_streams,
        cast(sum(
            case
                when stream_days.subscription = 'paid' then stream_days.streams
                when stream_days.subscription is not null then 0
            end
        ) as bigint) as paid_streams
    from stream_days
    -- Neither is ever null. With `=` DuckDB would test every row against a filter made of the recordings, which nearly
    -- all rows pass.
    inner join recordings on stream_days.isrc is not distinct from recordings.isrc
    where
        {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }}
        between {{ first_kept_day() }} and {{ last_kept_day() }}
    -- two short numbers rather than UPC and dates, which take longer to group by
    group by
        recordings.release_number,
        {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }}

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
    release_days.streams,
    release_days.playlist_streams,
    release_days.search_streams,
    release_days.recommendation_streams,
    release_days.own_music_streams,
    release_days.paid_streams
from release_days
inner join numbered_releases on release_days.release_number = numbered_releases.release_number
