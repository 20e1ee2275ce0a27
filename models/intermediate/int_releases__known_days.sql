-- one row per release and day since release: what is known of the day, or else of the known day before it
with days as (

    select
        *,
        tiktok_state = 'whole' as tiktok_is_known,
        vk_state = 'whole' as vk_is_known
    from {{ ref('release_days') }}
    where day_number >= 0

),

-- the last known day before a missing one, or else the first known one
tiktok_sources as (

    select
        missing.release_id,
        missing.day_number,
        coalesce(
            max(case when known.day_number < missing.day_number then known.day_number end),
            min(known.day_number)
        ) as source_day
    from days as missing
    inner join days as known
        on
            missing.release_id = known.release_id
            and known.tiktok_is_known
    where not missing.tiktok_is_known
    group by missing.release_id, missing.day_number

),

tiktok_fillings as (

    select
        tiktok_sources.release_id,
        tiktok_sources.day_number,
        tiktok_sources.source_day,
        days.tiktok_views,
        days.tiktok_creations,
        days.tiktok_likes,
        days.tiktok_comments,
        days.tiktok_shares,
        days.tiktok_favorites,
        days.tiktok_pgc_views,
        days.tiktok_pgc_creations,
        days.tiktok_largest_sound_creations,
        days.tiktok_active_sounds,
        days.tiktok_play_seconds,
        days.tiktok_timed_views,
        days.tiktok_platform_views,
        days.tiktok_platform_creations
    from tiktok_sources
    inner join days
        on
            tiktok_sources.release_id = days.release_id
            and tiktok_sources.source_day = days.day_number

),

-- the last known day before a missing one, or else the first known one
vk_sources as (

    select
        missing.release_id,
        missing.day_number,
        coalesce(
            max(case when known.day_number < missing.day_number then known.day_number end),
            min(known.day_number)
        ) as source_day
    from days as missing
    inner join days as known
        on
            missing.release_id = known.release_id
            and known.vk_is_known
    where not missing.vk_is_known
    group by missing.release_id, missing.day_number

),

vk_fillings as (

    select
        vk_sources.release_id,
        vk_sources.day_number,
        vk_sources.source_day,
        days.vk_streams,
        days.vk_playlist_streams,
        days.vk_search_streams,
        days.vk_recommendation_streams,
        days.vk_own_music_streams,
        days.vk_paid_streams
    from vk_sources
    inner join days
        on
            vk_sources.release_id = days.release_id
            and vk_sources.source_day = days.day_number

)

select
    days.release_id,
    days.day_number,
    case when days.tiktok_is_known then days.tiktok_views else tiktok_fillings.tiktok_views end as tiktok_views,
    case
        when days.tiktok_is_known then days.tiktok_creations
        else tiktok_fillings.tiktok_creations
    end as tiktok_creations,
    case when days.tiktok_is_known then days.tiktok_likes else tiktok_fillings.tiktok_likes end as tiktok_likes,
    case
        when days.tiktok_is_known then days.tiktok_comments
        else tiktok_fillings.tiktok_comments
    end as tiktok_comments,
    case when days.tiktok_is_known then days.tiktok_shares else tiktok_fillings.tiktok_shares end as tiktok_shares,
    case
        when days.tiktok_is_known then days.tiktok_favorites
        else tiktok_fillings.tiktok_favorites
    end as tiktok_favorites,
    case
        when days.tiktok_is_known then days.tiktok_pgc_views
        else tiktok_fillings.tiktok_pgc_views
    end as tiktok_pgc_views,
    case
        when days.tiktok_is_known then days.tiktok_pgc_creations
        else tiktok_fillings.tiktok_pgc_creations
    end as tiktok_pgc_creations,
    case
        when days.tiktok_is_known then days.tiktok_largest_sound_creations
        else tiktok_fillings.tiktok_largest_sound_creations
    end as tiktok_largest_sound_creations,
    case
        when days.tiktok_is_known then days.tiktok_active_sounds
        else tiktok_fillings.tiktok_active_sounds
    end as tiktok_active_sounds,
    case
        when days.tiktok_is_known then days.tiktok_play_seconds
        else tiktok_fillings.tiktok_play_seconds
    end as tiktok_play_seconds,
    case
        when days.tiktok_is_known then days.tiktok_timed_views
        else tiktok_fillings.tiktok_timed_views
    end as tiktok_timed_views,
    case
        when days.tiktok_is_known then days.tiktok_platform_views
        else tiktok_fillings.tiktok_platform_views
    end as tiktok_platform_views,
    case
        when days.tiktok_is_known then days.tiktok_platform_creations
        else tiktok_fillings.tiktok_platform_creations
    end as tiktok_platform_creations,
    case when days.vk_is_known then days.vk_streams else vk_fillings.vk_streams end as vk_streams,
    case
        when days.vk_is_known then days.vk_playlist_streams
        else vk_fillings.vk_playlist_streams
    end as vk_playlist_streams,
    case when days.vk_is_known then days.vk_search_streams else vk_fillings.vk_search_streams end as vk_search_streams,
    case
        when days.vk_is_known then days.vk_recommendation_streams
        else vk_fillings.vk_recommendation_streams
    end as vk_recommendation_streams,
    case
        when days.vk_is_known then days.vk_own_music_streams
        else vk_fillings.vk_own_music_streams
    end as vk_own_music_streams,
    case when days.vk_is_known then days.vk_paid_streams else vk_fillings.vk_paid_streams end as vk_paid_streams,
    days.vk_landed_streams,
    days.tiktok_is_known,
    -- the day whose figures these are; null where no day is known
    case when days.tiktok_is_known then days.day_number else tiktok_fillings.source_day end as tiktok_source_day,
    days.vk_is_known,
    case when days.vk_is_known then days.day_number else vk_fillings.source_day end as vk_source_day
from days
left join tiktok_fillings
    on
        days.release_id = tiktok_fillings.release_id
        and days.day_number = tiktok_fillings.day_number
left join vk_fillings
    on
        days.release_id = vk_fillings.release_id
        and days.day_number = vk_fillings.day_number
