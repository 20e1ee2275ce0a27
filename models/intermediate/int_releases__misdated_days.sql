-- one row per release of the sample, days by which its date is wrong, and day since the wrong date
-- a view: training and backtests alone read it
{{ config(materialized='view') }}

with release_days as (

    select * from {{ ref('release_days') }}

),

sampled as (

    select * from {{ ref('int_releases__stressed') }}

),

wrong_dates as (

    select
        sampled.release_id,
        listed.days_wrong,
        'date ' || cast(listed.days_wrong as string) as scenario
    from sampled
    cross join (
        values {{ days_wrong() }}
    ) as listed (days_wrong)

)

select
    wrong_dates.release_id,
    wrong_dates.scenario,
    release_days.day_number - wrong_dates.days_wrong as day_number,
    release_days.tiktok_views,
    release_days.tiktok_creations,
    release_days.tiktok_likes,
    release_days.tiktok_comments,
    release_days.tiktok_shares,
    release_days.tiktok_favorites,
    release_days.tiktok_pgc_views,
    release_days.tiktok_pgc_creations,
    release_days.tiktok_largest_sound_creations,
    release_days.tiktok_active_sounds,
    release_days.tiktok_play_seconds,
    release_days.tiktok_timed_views,
    release_days.tiktok_platform_views,
    release_days.tiktok_platform_creations,
    release_days.vk_streams,
    release_days.vk_playlist_streams,
    release_days.vk_search_streams,
    release_days.vk_recommendation_streams,
    release_days.vk_own_music_streams,
    release_days.vk_paid_streams,
    release_days.vk_landed_streams,
    release_days.tiktok_state = 'whole' as tiktok_is_known,
    release_days.day_number - wrong_dates.days_wrong as tiktok_source_day,
    release_days.vk_state = 'whole' as vk_is_known,
    release_days.day_number - wrong_dates.days_wrong as vk_source_day
from wrong_dates
inner join release_days
    on
        wrong_dates.release_id = release_days.release_id
        and wrong_dates.days_wrong <= release_days.day_number
where
    -- the last day that as-of day 14 of the true date knows
    release_days.day_number <= 13
