-- one row per release, scenario and day since release: its known days as they landed, with some taken away, or counted
-- from a wrong date
-- a view: scenarios that no run reads cost nothing
{{ config(materialized='view') }}

with known_days as (

    select * from {{ ref('int_releases__known_days') }}

),

sampled as (

    select * from {{ ref('int_releases__stressed') }}

),

scenarios as (

    select
        listed.platform || ' ' || cast(listed.first_day as string) || '-' || cast(listed.last_day as string)
            as scenario,
        listed.platform,
        listed.first_day,
        listed.last_day,
        case when listed.first_day > 0 then listed.first_day - 1 else listed.last_day + 1 end as source_day
    from (
        values
        {% for platform in ['tiktok', 'vk'] %}
            {% for day_number in range(14) %}
                ('{{ platform }}', {{ day_number }}, {{ day_number }}),
            {% endfor %}
            -- two and three days before the as-of days 3, 7 and 14
            ('{{ platform }}', 1, 2), ('{{ platform }}', 5, 6), ('{{ platform }}', 12, 13),
            ('{{ platform }}', 0, 2), ('{{ platform }}', 4, 6), ('{{ platform }}', 11, 13),
            -- never there
            ('{{ platform }}', 0, 99){{ ',' if not loop.last }}
        {% endfor %}
    ) as listed (platform, first_day, last_day)

),

stressed_days as (

    select
        scenarios.scenario,
        known_days.release_id,
        known_days.day_number,
        known_days.vk_landed_streams,
        scenarios.platform = 'tiktok'
        and known_days.day_number between scenarios.first_day and scenarios.last_day as tiktok_is_hidden,
        scenarios.platform = 'vk'
        and known_days.day_number between scenarios.first_day and scenarios.last_day as vk_is_hidden,
        scenarios.source_day
    from sampled
    inner join known_days on sampled.release_id = known_days.release_id
    cross join scenarios
    -- the last day that as-of day 14 knows
    where known_days.day_number <= 13

)

select
    release_id,
    'delivered' as scenario,
    day_number,
    tiktok_views,
    tiktok_creations,
    tiktok_likes,
    tiktok_comments,
    tiktok_shares,
    tiktok_favorites,
    tiktok_pgc_views,
    tiktok_pgc_creations,
    tiktok_largest_sound_creations,
    tiktok_active_sounds,
    tiktok_play_seconds,
    tiktok_timed_views,
    tiktok_platform_views,
    tiktok_platform_creations,
    vk_streams,
    vk_playlist_streams,
    vk_search_streams,
    vk_recommendation_streams,
    vk_own_music_streams,
    vk_paid_streams,
    vk_landed_streams,
    tiktok_is_known,
    tiktok_source_day,
    vk_is_known,
    vk_source_day
from known_days
union all
select
    stressed_days.release_id,
    stressed_days.scenario,
    stressed_days.day_number,
    tiktok_days.tiktok_views,
    tiktok_days.tiktok_creations,
    tiktok_days.tiktok_likes,
    tiktok_days.tiktok_comments,
    tiktok_days.tiktok_shares,
    tiktok_days.tiktok_favorites,
    tiktok_days.tiktok_pgc_views,
    tiktok_days.tiktok_pgc_creations,
    tiktok_days.tiktok_largest_sound_creations,
    tiktok_days.tiktok_active_sounds,
    tiktok_days.tiktok_play_seconds,
    tiktok_days.tiktok_timed_views,
    tiktok_days.tiktok_platform_views,
    tiktok_days.tiktok_platform_creations,
    vk_days.vk_streams,
    vk_days.vk_playlist_streams,
    vk_days.vk_search_streams,
    vk_days.vk_recommendation_streams,
    vk_days.vk_own_music_streams,
    vk_days.vk_paid_streams,
    case when not stressed_days.vk_is_hidden then stressed_days.vk_landed_streams end as vk_landed_streams,
    not stressed_days.tiktok_is_hidden as tiktok_is_known,
    tiktok_days.day_number as tiktok_source_day,
    not stressed_days.vk_is_hidden as vk_is_known,
    vk_days.day_number as vk_source_day
from stressed_days
left join known_days as tiktok_days
    on
        stressed_days.release_id = tiktok_days.release_id
        and tiktok_days.day_number
        = case when stressed_days.tiktok_is_hidden then stressed_days.source_day else stressed_days.day_number end
left join known_days as vk_days
    on
        stressed_days.release_id = vk_days.release_id
        and vk_days.day_number
        = case when stressed_days.vk_is_hidden then stressed_days.source_day else stressed_days.day_number end
union all
select * from {{ ref('int_releases__misdated_days') }}  -- noqa: AM04
