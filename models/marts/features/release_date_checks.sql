-- one row per release: its release date in the catalog beside the first days of VK streams and TikTok activity
with releases as (

    select * from {{ ref('releases') }}

),

release_days as (

    select * from {{ ref('release_days') }}

),

targets as (

    select * from {{ ref('release_targets') }}
    where
        horizon_days = {{ var('class_horizon') }}
        and is_mature
        and not is_reissue

),

ranked as (

    select
        streams,
        row_number() over (order by streams) as place,
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

counted as (

    select
        release_id,
        count(case when day_number >= 0 and vk_state = 'whole' then 1 end) as known_days,
        coalesce(sum(case when day_number < 0 then vk_streams end), 0) as early_streams,
        -- a day of one time zone may be the day before of another
        coalesce(sum(case when day_number < -1 then vk_streams end), 0) as plainly_early_streams,
        coalesce(sum(case when day_number between 0 and 6 then vk_streams end), 0) as first_week_streams,
        coalesce(max(vk_streams), 0) as most_streams,
        min(case when vk_streams > 0 then day_number end) as first_stream_day_number,
        min(case when tiktok_views > 0 then day_number end) as first_tiktok_day_number
    from release_days
    group by release_id

),

-- the first day with a tenth of the streams of the best one: a handful of listeners before that is no release
plain as (

    select
        release_days.release_id,
        min(release_days.day_number) as first_plain_day_number
    from release_days
    inner join counted on release_days.release_id = counted.release_id
    where
        release_days.vk_streams > 0
        and release_days.vk_streams * 10 >= counted.most_streams
    group by release_days.release_id

),

leveled as (

    select
        release_days.release_id,
        avg(
            case
                when release_days.day_number - plain.first_plain_day_number between 0 and 6
                    then cast(release_days.vk_streams as double)
            end
        ) as daily_streams,
        count(
            case
                when
                    release_days.day_number between 0 and plain.first_plain_day_number - 1
                    and release_days.vk_state = 'whole'
                    then 1
            end
        ) as idle_days,
        coalesce(sum(
            case
                when release_days.day_number between 0 and plain.first_plain_day_number - 1 then release_days.vk_streams
            end
        ), 0) as idle_streams
    from release_days
    inner join plain on release_days.release_id = plain.release_id
    group by release_days.release_id

),

judged as (

    select
        releases.release_id,
        releases.release_date,
        counted.first_stream_day_number,
        plain.first_plain_day_number,
        counted.first_tiktok_day_number,
        cast(counted.early_streams as bigint) as early_streams,
        counted.known_days,
        case
            when releases.is_reissue then 'reissue'
            when
                counted.plainly_early_streams >= 20
                and counted.plainly_early_streams * 10 >= counted.first_week_streams
                then case
                    when plain.first_plain_day_number > {{ first_observed_day() }} then 'early streams'
                    else 'streamed before'
                end
            -- seven streams expected and none come: one case in a thousand
            when
                leveled.idle_days >= 2
                and leveled.idle_streams <= 2
                and leveled.idle_days * leveled.daily_streams >= 7
                then 'late streams'
            when counted.most_streams > 0 then 'right'
            when
                counted.known_days >= 2
                and counted.known_days * greatest(
                    usual.daily_streams,
                    0.1 * (exp(artist_history.artist_mean_log_streams) - 1) / {{ var('class_horizon') }}
                ) >= 7
                then 'no streams where many were due'
            when counted.known_days >= 7 then 'no streams for a week'
            else 'no streams yet'
        end as verdict
    from releases
    cross join usual
    inner join counted on releases.release_id = counted.release_id
    left join plain on releases.release_id = plain.release_id
    left join leveled on releases.release_id = leveled.release_id
    inner join artist_history on releases.release_id = artist_history.release_id

)

select
    release_id,
    release_date,
    release_date + first_stream_day_number as first_stream_date,
    release_date + first_plain_day_number as first_plain_stream_date,
    release_date + first_tiktok_day_number as first_tiktok_date,
    early_streams,
    known_days,
    verdict,
    verdict in ('early streams', 'late streams', 'no streams where many were due') as is_date_wrong,
    case verdict
        when 'early streams'
            then
                'VK streams from ' || cast(release_date + first_plain_day_number as string)
                || ' on, before the release date of the catalog'
        when 'streamed before'
            then 'VK streams on all days before the release date of the catalog: its recordings were out elsewhere'
        when 'late streams'
            then
                'first VK streams on ' || cast(release_date + first_plain_day_number as string)
                || ', after the release date of the catalog'
        when 'no streams where many were due'
            then
                'no VK streams in the ' || cast(known_days as string)
                || ' days since the release date of the catalog, where nine in ten releases, or the artist, had many'
        when 'reissue' then 'an earlier release carries its recordings, and has their streams'
        when 'no streams for a week' then 'no VK streams yet, as may be of a release that few hear'
    end as reason
from judged
