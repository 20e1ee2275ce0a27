-- one row per release and day from the first teaser day to day 6, as far as data reaches
with releases as (

    select * from {{ ref('releases') }}

),

days as (

    select * from {{ ref('int_landing__days') }}

),

tiktok_days as (

    select * from {{ ref('int_tiktok__release_days') }}

),

vk_days as (

    select * from {{ ref('int_vk__release_days') }}

),

platform_days as (

    select * from {{ ref('int_tiktok__platform_days') }}

),

release_days as (

    select
        releases.release_id,
        days.delivered_day as activity_date,
        {{ days_since_release('days.delivered_day', 'releases.release_date') }} as day_number,
        days.is_tiktok_delivered,
        days.is_vk_delivered
    from releases
    inner join days
        on
            days.delivered_day >= releases.release_date - {{ var('teaser_days') }}
            and days.delivered_day <= releases.release_date + 6

)

select
    release_days.release_id,
    release_days.activity_date,
    release_days.day_number,
    {%- for measure in [
        'views', 'creations', 'likes', 'comments', 'shares', 'favorites', 'pgc_views', 'pgc_creations',
        'largest_sound_creations', 'active_sounds', 'play_seconds', 'timed_views'
    ] %}
        {{ measure_of_day('tiktok_days', measure, 'release_days.is_tiktok_delivered') }} as {{ measure }},
    {%- endfor %}
    platform_days.views as platform_views,
    platform_days.creations as platform_creations,
    {%- for measure in [
        'streams', 'playlist_streams', 'search_streams', 'recommendation_streams', 'own_music_streams', 'paid_streams'
    ] %}
        {{ measure_of_day('vk_days', measure, 'release_days.is_vk_delivered') }} as {{ measure }},
    {%- endfor %}
    release_days.is_tiktok_delivered,
    release_days.is_vk_delivered
from release_days
left join tiktok_days
    on
        release_days.release_id = tiktok_days.release_id
        and release_days.activity_date = tiktok_days.activity_date
left join vk_days
    on
        release_days.release_id = vk_days.release_id
        and release_days.activity_date = vk_days.stream_date
left join platform_days on release_days.activity_date = platform_days.activity_date
