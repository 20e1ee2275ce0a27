-- one row per release and as-of day: everything known after that many whole days
with releases as (

    select * from {{ ref('releases') }}

),

release_days as (

    select * from {{ ref('release_days') }}

),

-- one day more than is known: as-of day 0 knows none
as_of_days as (

    select
        release_id,
        day_number + 1 as as_of_day
    from release_days
    where day_number between -1 and {{ last_as_of_day() }} - 1

),

teasers as (

    select * from {{ ref('int_releases__teasers') }}

),

tiktok_features as (

    select * from {{ ref('int_releases__tiktok_features') }}
    where scenario = 'delivered'

),

vk_features as (

    select * from {{ ref('int_releases__vk_features') }}
    where scenario = 'delivered'

),

surroundings as (

    select * from {{ ref('int_releases__surroundings') }}

),

artist_history as (

    select * from {{ ref('int_releases__artist_history') }}

)

select
    as_of_days.release_id,
    as_of_days.as_of_day,
    releases.release_date,
    releases.release_date + as_of_days.as_of_day as as_of_date,
    releases.is_reissue,
    tiktok_features.tiktok_views_day_0,
    tiktok_features.tiktok_views_day_1,
    tiktok_features.tiktok_views_day_2,
    tiktok_features.tiktok_views_day_3,
    tiktok_features.tiktok_views_day_4,
    tiktok_features.tiktok_views_day_5,
    tiktok_features.tiktok_views_day_6,
    tiktok_features.tiktok_views_total,
    tiktok_features.tiktok_views_log_slope,
    tiktok_features.tiktok_views_last_over_first,
    tiktok_features.tiktok_views_acceleration,
    tiktok_features.tiktok_views_peak_day,
    tiktok_features.tiktok_creations_day_0,
    tiktok_features.tiktok_creations_day_1,
    tiktok_features.tiktok_creations_day_2,
    tiktok_features.tiktok_creations_day_3,
    tiktok_features.tiktok_creations_day_4,
    tiktok_features.tiktok_creations_day_5,
    tiktok_features.tiktok_creations_day_6,
    tiktok_features.tiktok_creations_total,
    tiktok_features.tiktok_creations_log_slope,
    tiktok_features.tiktok_creations_last_over_first,
    tiktok_features.tiktok_creations_acceleration,
    tiktok_features.tiktok_creations_peak_day,
    tiktok_features.tiktok_views_per_creation,
    tiktok_features.tiktok_comments_total,
    tiktok_features.tiktok_shares_total,
    tiktok_features.tiktok_favorites_total,
    tiktok_features.tiktok_comments_per_view,
    tiktok_features.tiktok_shares_per_view,
    tiktok_features.tiktok_favorites_per_view,
    tiktok_features.tiktok_likes_day_0,
    tiktok_features.tiktok_likes_day_1,
    tiktok_features.tiktok_likes_day_2,
    tiktok_features.tiktok_likes_day_3,
    tiktok_features.tiktok_likes_day_4,
    tiktok_features.tiktok_likes_day_5,
    tiktok_features.tiktok_likes_day_6,
    tiktok_features.tiktok_likes_total,
    tiktok_features.tiktok_likes_per_view,
    tiktok_features.tiktok_active_sounds_peak,
    tiktok_features.tiktok_pgc_share_of_views,
    tiktok_features.tiktok_pgc_share_of_creations,
    tiktok_features.tiktok_ugc_creations_total,
    tiktok_features.tiktok_largest_sound_share,
    tiktok_features.tiktok_average_play_seconds,
    teasers.tiktok_teaser_views_total,
    teasers.tiktok_teaser_creations_total,
    teasers.tiktok_teaser_days_active,
    tiktok_features.tiktok_share_of_platform_views,
    tiktok_features.tiktok_share_of_platform_creations,
    tiktok_features.tiktok_platform_views_total,
    coalesce(tiktok_features.tiktok_delivered_days, 0) as tiktok_delivered_days,
    vk_features.vk_streams_day_0,
    vk_features.vk_streams_day_1,
    vk_features.vk_streams_day_2,
    vk_features.vk_streams_day_3,
    vk_features.vk_streams_day_4,
    vk_features.vk_streams_day_5,
    vk_features.vk_streams_day_6,
    vk_features.vk_streams_total,
    vk_features.vk_streams_last_day,
    vk_features.vk_streams_last_three_days,
    vk_features.vk_streams_first_three_days,
    vk_features.vk_streams_log_slope,
    vk_features.vk_streams_last_over_first,
    vk_features.vk_streams_first_day_log_ratio,
    vk_features.vk_streams_last_day_log_ratio,
    vk_features.vk_tiktok_views_last_day_log_ratio,
    vk_features.vk_tiktok_views_last_three_days_log_ratio,
    vk_features.vk_tiktok_views_earlier_log_ratio,
    vk_features.vk_playlist_share,
    vk_features.vk_search_share,
    vk_features.vk_recommendation_share,
    vk_features.vk_own_music_share,
    vk_features.vk_paid_share,
    coalesce(vk_features.vk_delivered_days, 0) as vk_delivered_days,
    surroundings.release_weekday,
    surroundings.release_month,
    surroundings.first_week_holidays,
    surroundings.window_holidays,
    surroundings.competing_releases,
    surroundings.competing_genre_releases,
    releases.genre,
    releases.label_name,
    releases.release_type,
    releases.track_count,
    releases.new_track_count,
    releases.mean_duration_seconds,
    releases.explicit_share,
    artist_history.artist_release_count,
    artist_history.artist_mean_log_streams,
    artist_history.artist_best_streams,
    artist_history.artist_last_streams,
    artist_history.artist_last_first_week_views,
    artist_history.artist_mean_log_growth,
    artist_history.artist_days_since_last_release,
    vk_features.vk_streams_known,
    coalesce(vk_features.vk_missing_days, 0) as vk_missing_days,
    coalesce(vk_features.vk_days_behind, as_of_days.as_of_day) as vk_days_behind,
    coalesce(vk_features.vk_missing_of_last_three_days, 0) as vk_missing_of_last_three_days,
    coalesce(tiktok_features.tiktok_missing_days, 0) as tiktok_missing_days,
    coalesce(tiktok_features.tiktok_days_behind, as_of_days.as_of_day) as tiktok_days_behind,
    coalesce(tiktok_features.tiktok_missing_of_last_three_days, 0) as tiktok_missing_of_last_three_days
from as_of_days
left join vk_features
    on
        as_of_days.release_id = vk_features.release_id
        and as_of_days.as_of_day = vk_features.as_of_day
left join tiktok_features
    on
        as_of_days.release_id = tiktok_features.release_id
        and as_of_days.as_of_day = tiktok_features.as_of_day
inner join releases on as_of_days.release_id = releases.release_id
inner join teasers on as_of_days.release_id = teasers.release_id
inner join surroundings on as_of_days.release_id = surroundings.release_id
inner join artist_history on as_of_days.release_id = artist_history.release_id
