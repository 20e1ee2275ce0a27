-- one row per release: its release date in the catalog beside the first days of VK streams and TikTok activity
with releases as (

    select * from {{ ref('releases') }}

),

tracks as (

    select * from {{ ref('stg_catalog__tracks') }}

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

-- another release that has a recording of this one
carriers as (

    select
        tracks.release_id,
        min(recordings.release_id) as carrier_id
    from tracks
    inner join recordings on tracks.isrc = recordings.isrc
    where tracks.release_id <> recordings.release_id
    group by tracks.release_id

),

dates as (

    select * from {{ ref('int_releases__dates') }}

),

release_days as (

    select * from {{ ref('release_days') }}

),

targets as (

    select * from {{ ref('release_targets') }}
    where
        horizon_days = {{ var('class_horizon') }}
        and training_streams is not null
        and not is_reissue

),

ranked as (

    select
        training_streams as streams,
        row_number() over (order by training_streams) as place,
        count(*) over () as release_count
    from targets

),

-- what nine in ten releases stream a day at the least
usual as (

    select
        coalesce(max(case when (place - 1) * 10 <= release_count then streams end), 0)
        / {{ var('class_horizon') }} as daily_streams
    from ranked

),

artist_history as (

    select * from {{ ref('int_releases__artist_history') }}

),

first_tiktok_days as (

    select
        release_id,
        min(day) as first_tiktok_date
    from release_days
    where tiktok_views > 0
    group by release_id

),

judged as (

    select
        releases.release_id,
        releases.release_date,
        releases.catalog_release_date,
        releases.is_date_moved,
        releases.catalog_release_date + dates.first_stream_day_number as first_stream_date,
        releases.catalog_release_date + dates.first_plain_day_number as first_plain_stream_date,
        first_tiktok_days.first_tiktok_date,
        carriers.carrier_id,
        coalesce(dates.early_streams, 0) as early_streams,
        coalesce(dates.known_days, 0) as known_days,
        case
            when dates.release_id is null then 'reissue'
            when
                dates.verdict in ('no streams yet', 'no streams for a week')
                and dates.known_days >= 2
                and dates.known_days * greatest(
                    usual.daily_streams,
                    0.1 * (exp(artist_history.artist_mean_log_streams) - 1) / {{ var('class_horizon') }}
                ) >= 7
                then 'no streams where many were due'
            else dates.verdict
        end as verdict
    from releases
    cross join usual
    left join dates on releases.release_id = dates.release_id
    left join carriers on releases.release_id = carriers.release_id
    left join first_tiktok_days on releases.release_id = first_tiktok_days.release_id
    inner join artist_history on releases.release_id = artist_history.release_id

)

select
    release_id,
    release_date,
    catalog_release_date,
    first_stream_date,
    first_plain_stream_date,
    first_tiktok_date,
    early_streams,
    known_days,
    verdict,
    is_date_moved,
    verdict in ('early streams', 'late streams', 'no streams where many were due') and not is_date_moved
        as is_date_wrong,
    case verdict
        when 'early streams'
            then
                'VK streams from ' || cast(first_plain_stream_date as string)
                || ' on, before the release date of the catalog, ' || cast(catalog_release_date as string)
        when 'streamed before'
            then
                'VK streams more than {{ most_days_moved() }} days before the release date of the catalog: '
                || 'its recordings were out elsewhere'
        when 'late streams'
            then
                'first VK streams on ' || cast(first_plain_stream_date as string)
                || ', after the release date of the catalog, ' || cast(catalog_release_date as string)
        when 'no streams where many were due'
            then
                'no VK streams in the ' || cast(known_days as string)
                || ' days since the release date of the catalog, where nine in ten releases, or the artist, had many'
        when 'reissue'
            then 'an earlier release carries its recordings, and has their streams: UPC ' || carrier_id
        when 'no streams for a week' then 'no VK streams yet, as may be of a release that few hear'
    end
    || case
        when is_date_moved then '; the forecast follows the first streams'
        when verdict not in ('early streams', 'late streams') then ''
        when
            {{ days_since_release('first_plain_stream_date', 'catalog_release_date') }} > {{ most_days_moved() }}
            then ', by more than {{ most_days_moved() }} days'
        else '; the day before is missing, so that it may not be the first'
    end as reason
from judged
