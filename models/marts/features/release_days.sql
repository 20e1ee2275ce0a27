-- one row per release and day, from the first teaser day to the end of the longest horizon or of the data
with releases as (

    select * from {{ ref('releases') }}

),

dataset_days as (

    select * from {{ ref('dataset_days') }}

),

landing_days as (

    select * from {{ ref('int_landing__days') }}

),

partial_days as (

    select * from {{ ref('int_releases__partial_days') }}

),

tiktok_days as (

    select * from {{ ref('int_tiktok__release_days') }}

),

platform_days as (

    select * from {{ ref('int_tiktok__platform_days') }}

),

vk_days as (

    select * from {{ ref('int_vk__release_days') }}

),

day_numbers as (

    select numbered.day_number
    from (
        values
        {% for day_number in range(first_observed_day() | int, last_observed_day() | int + 1) -%}
            ({{ day_number }}){{ ',' if not loop.last }}
        {% endfor %}
    ) as numbered (day_number)

),

-- every day before release, even one still to come, so that every release has a day -1
spine as (

    select
        releases.release_id,
        day_numbers.day_number,
        releases.release_date + day_numbers.day_number as day,
        day_numbers.day_number
        + {{ days_since_release('releases.release_date', 'releases.catalog_release_date') }} as catalog_day_number,
        dataset_days.tiktok_data_through_date,
        dataset_days.vk_data_through_date
    from releases
    cross join day_numbers
    cross join dataset_days
    where
        day_numbers.day_number < 0
        or releases.release_date + day_numbers.day_number
        <= greatest(dataset_days.tiktok_data_through_date, dataset_days.vk_data_through_date)

),

states as (

    select
        spine.release_id,
        spine.day_number,
        spine.day,
        spine.catalog_day_number,
        case
            when spine.day <= spine.tiktok_data_through_date
                then coalesce(partial_days.tiktok_state, landing_days.tiktok_state, 'missing')
            else 'not_yet'
        end as tiktok_state,
        case
            when spine.day <= spine.vk_data_through_date
                then coalesce(partial_days.vk_state, landing_days.vk_state, 'missing')
            else 'not_yet'
        end as vk_state
    from spine
    left join landing_days on spine.day = landing_days.delivered_day
    left join partial_days
        on
            spine.release_id = partial_days.release_id
            and spine.day = partial_days.delivered_day

)

select
    states.release_id,
    states.day_number,
    states.day,
    {{ measure_of_day('tiktok_days', 'views', 'states.tiktok_state') }} as tiktok_views,
    {{ measure_of_day('tiktok_days', 'creations', 'states.tiktok_state') }} as tiktok_creations,
    {{ measure_of_day('tiktok_days', 'likes', 'states.tiktok_state') }} as tiktok_likes,
    {{ measure_of_day('tiktok_days', 'comments', 'states.tiktok_state') }} as tiktok_comments,
    {{ measure_of_day('tiktok_days', 'shares', 'states.tiktok_state') }} as tiktok_shares,
    {{ measure_of_day('tiktok_days', 'favorites', 'states.tiktok_state') }} as tiktok_favorites,
    {{ measure_of_day('tiktok_days', 'pgc_views', 'states.tiktok_state') }} as tiktok_pgc_views,
    {{ measure_of_day('tiktok_days', 'pgc_creations', 'states.tiktok_state') }} as tiktok_pgc_creations,
    {{ measure_of_day('tiktok_days', 'largest_sound_creations', 'states.tiktok_state') }}
        as tiktok_largest_sound_creations,
    {{ measure_of_day('tiktok_days', 'active_sounds', 'states.tiktok_state') }} as tiktok_active_sounds,
    {{ measure_of_day('tiktok_days', 'play_seconds', 'states.tiktok_state') }} as tiktok_play_seconds,
    {{ measure_of_day('tiktok_days', 'timed_views', 'states.tiktok_state') }} as tiktok_timed_views,
    case when states.tiktok_state = 'whole' then platform_days.views end as tiktok_platform_views,
    case when states.tiktok_state = 'whole' then platform_days.creations end as tiktok_platform_creations,
    {{ measure_of_day('vk_days', 'streams', 'states.vk_state') }} as vk_streams,
    {{ measure_of_day('vk_days', 'playlist_streams', 'states.vk_state') }} as vk_playlist_streams,
    {{ measure_of_day('vk_days', 'search_streams', 'states.vk_state') }} as vk_search_streams,
    {{ measure_of_day('vk_days', 'recommendation_streams', 'states.vk_state') }} as vk_recommendation_streams,
    {{ measure_of_day('vk_days', 'own_music_streams', 'states.vk_state') }} as vk_own_music_streams,
    {{ measure_of_day('vk_days', 'paid_streams', 'states.vk_state') }} as vk_paid_streams,
    case when states.vk_state in ('whole', 'partial') then coalesce(vk_days.streams, 0) end as vk_landed_streams,
    states.tiktok_state,
    states.vk_state
from states
left join tiktok_days
    on
        states.release_id = tiktok_days.release_id
        and states.catalog_day_number = tiktok_days.day_number
left join vk_days
    on
        states.release_id = vk_days.release_id
        and states.catalog_day_number = vk_days.day_number
left join platform_days on states.day = platform_days.activity_date
