
  
    
  create view "warehouse"."main"."feature_catalog__dbt_tmp" as (
    -- one row per feature of release_features, read from its YAML




    
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    
        
    


with features as (

    select listed.*
    from (
        values
        
            (
                'tiktok_views_day_0',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views on day 0; null where day 0 is not before the as-of day or was never delivered.',
                1
            ),
        
            (
                'tiktok_views_day_1',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views on day 1; null where day 1 is not before the as-of day or was never delivered.',
                2
            ),
        
            (
                'tiktok_views_day_2',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views on day 2; null where day 2 is not before the as-of day or was never delivered.',
                3
            ),
        
            (
                'tiktok_views_day_3',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views on day 3; null where day 3 is not before the as-of day or was never delivered.',
                4
            ),
        
            (
                'tiktok_views_day_4',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views on day 4; null where day 4 is not before the as-of day or was never delivered.',
                5
            ),
        
            (
                'tiktok_views_day_5',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views on day 5; null where day 5 is not before the as-of day or was never delivered.',
                6
            ),
        
            (
                'tiktok_views_day_6',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views on day 6; null where day 6 is not before the as-of day or was never delivered.',
                7
            ),
        
            (
                'tiktok_views_total',
                'tiktok_views',
                'numeric',
                'views',
                'TikTok views from the release date to the day before the as-of date.',
                8
            ),
        
            (
                'tiktok_views_log_slope',
                'tiktok_views',
                'numeric',
                'log per day',
                'Least-squares slope of ln(1 + views) over the known days; null on day 1.',
                9
            ),
        
            (
                'tiktok_views_last_over_first',
                'tiktok_views',
                'numeric',
                'ratio',
                'TikTok views of the last known day over those of day 0; null on day 1 or where day 0 had none.',
                10
            ),
        
            (
                'tiktok_views_acceleration',
                'tiktok_views',
                'numeric',
                'log',
                'Growth of ln(1 + views) over the last known day less that over the first; null before day 3.',
                11
            ),
        
            (
                'tiktok_views_peak_day',
                'tiktok_views',
                'numeric',
                'day',
                'Earliest known day with the most views.',
                12
            ),
        
            (
                'tiktok_creations_day_0',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations on day 0; null where day 0 is not before the as-of day or was never delivered.',
                13
            ),
        
            (
                'tiktok_creations_day_1',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations on day 1; null where day 1 is not before the as-of day or was never delivered.',
                14
            ),
        
            (
                'tiktok_creations_day_2',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations on day 2; null where day 2 is not before the as-of day or was never delivered.',
                15
            ),
        
            (
                'tiktok_creations_day_3',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations on day 3; null where day 3 is not before the as-of day or was never delivered.',
                16
            ),
        
            (
                'tiktok_creations_day_4',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations on day 4; null where day 4 is not before the as-of day or was never delivered.',
                17
            ),
        
            (
                'tiktok_creations_day_5',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations on day 5; null where day 5 is not before the as-of day or was never delivered.',
                18
            ),
        
            (
                'tiktok_creations_day_6',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations on day 6; null where day 6 is not before the as-of day or was never delivered.',
                19
            ),
        
            (
                'tiktok_creations_total',
                'tiktok_creations',
                'numeric',
                'creations',
                'TikTok creations from the release date to the day before the as-of date.',
                20
            ),
        
            (
                'tiktok_creations_log_slope',
                'tiktok_creations',
                'numeric',
                'log per day',
                'Least-squares slope of ln(1 + creations) over the known days; null on day 1.',
                21
            ),
        
            (
                'tiktok_creations_last_over_first',
                'tiktok_creations',
                'numeric',
                'ratio',
                'TikTok creations of the last known day over those of day 0; null on day 1 or where day 0 had none.',
                22
            ),
        
            (
                'tiktok_creations_acceleration',
                'tiktok_creations',
                'numeric',
                'log',
                'Growth of ln(1 + creations) over the last known day less that over the first; null before day 3.',
                23
            ),
        
            (
                'tiktok_creations_peak_day',
                'tiktok_creations',
                'numeric',
                'day',
                'Earliest known day with the most creations.',
                24
            ),
        
            (
                'tiktok_views_per_creation',
                'tiktok_creations',
                'numeric',
                'views per creation',
                'TikTok views over creations of the known days; null without creations.',
                25
            ),
        
            (
                'tiktok_comments_total',
                'tiktok_engagement',
                'numeric',
                'comments',
                'TikTok comments of the known days.',
                26
            ),
        
            (
                'tiktok_shares_total',
                'tiktok_engagement',
                'numeric',
                'shares',
                'TikTok shares of the known days.',
                27
            ),
        
            (
                'tiktok_favorites_total',
                'tiktok_engagement',
                'numeric',
                'favorites',
                'TikTok favorites of the known days.',
                28
            ),
        
            (
                'tiktok_comments_per_view',
                'tiktok_engagement',
                'numeric',
                'comments per view',
                'TikTok comments over views of the known days; null without views.',
                29
            ),
        
            (
                'tiktok_shares_per_view',
                'tiktok_engagement',
                'numeric',
                'shares per view',
                'TikTok shares over views of the known days; null without views.',
                30
            ),
        
            (
                'tiktok_favorites_per_view',
                'tiktok_engagement',
                'numeric',
                'favorites per view',
                'TikTok favorites over views of the known days; null without views.',
                31
            ),
        
            (
                'tiktok_likes_day_0',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes on day 0; null where day 0 is not before the as-of day or was never delivered.',
                32
            ),
        
            (
                'tiktok_likes_day_1',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes on day 1; null where day 1 is not before the as-of day or was never delivered.',
                33
            ),
        
            (
                'tiktok_likes_day_2',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes on day 2; null where day 2 is not before the as-of day or was never delivered.',
                34
            ),
        
            (
                'tiktok_likes_day_3',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes on day 3; null where day 3 is not before the as-of day or was never delivered.',
                35
            ),
        
            (
                'tiktok_likes_day_4',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes on day 4; null where day 4 is not before the as-of day or was never delivered.',
                36
            ),
        
            (
                'tiktok_likes_day_5',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes on day 5; null where day 5 is not before the as-of day or was never delivered.',
                37
            ),
        
            (
                'tiktok_likes_day_6',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes on day 6; null where day 6 is not before the as-of day or was never delivered.',
                38
            ),
        
            (
                'tiktok_likes_total',
                'tiktok_likes',
                'numeric',
                'likes',
                'TikTok likes of the known days.',
                39
            ),
        
            (
                'tiktok_likes_per_view',
                'tiktok_likes',
                'numeric',
                'likes per view',
                'TikTok likes over views of the known days; null without views.',
                40
            ),
        
            (
                'tiktok_active_sounds_peak',
                'tiktok_sounds',
                'numeric',
                'sounds',
                'Most sounds with activity on one known day.',
                41
            ),
        
            (
                'tiktok_pgc_share_of_views',
                'tiktok_sounds',
                'numeric',
                'share',
                'Share of the known days'' views on sounds that the label delivered (PGC).',
                42
            ),
        
            (
                'tiktok_pgc_share_of_creations',
                'tiktok_sounds',
                'numeric',
                'share',
                'Share of the known days'' creations on sounds that the label delivered (PGC).',
                43
            ),
        
            (
                'tiktok_ugc_creations_total',
                'tiktok_sounds',
                'numeric',
                'creations',
                'Creations of the known days on users'' original sounds (UGC).',
                44
            ),
        
            (
                'tiktok_largest_sound_share',
                'tiktok_sounds',
                'numeric',
                'share',
                'Share of the known days'' creations on each day''s largest sound.',
                45
            ),
        
            (
                'tiktok_average_play_seconds',
                'tiktok_sounds',
                'numeric',
                'seconds',
                'Mean seconds played per view on the known days.',
                46
            ),
        
            (
                'tiktok_teaser_views_total',
                'tiktok_prerelease',
                'numeric',
                'views',
                'TikTok views in the teaser days before release.',
                47
            ),
        
            (
                'tiktok_teaser_creations_total',
                'tiktok_prerelease',
                'numeric',
                'creations',
                'TikTok creations in the teaser days before release.',
                48
            ),
        
            (
                'tiktok_teaser_days_active',
                'tiktok_prerelease',
                'numeric',
                'days',
                'Teaser days on which the release had views.',
                49
            ),
        
            (
                'tiktok_share_of_platform_views',
                'tiktok_platform',
                'numeric',
                'share',
                'Share of the known days'' views on all landed sounds.',
                50
            ),
        
            (
                'tiktok_share_of_platform_creations',
                'tiktok_platform',
                'numeric',
                'share',
                'Share of the known days'' creations on all landed sounds.',
                51
            ),
        
            (
                'tiktok_platform_views_total',
                'tiktok_platform',
                'numeric',
                'views',
                'Views on all landed sounds in the known days: how large the platform was.',
                52
            ),
        
            (
                'tiktok_delivered_days',
                'tiktok_platform',
                'numeric',
                'days',
                'Known days that TikTok delivered.',
                53
            ),
        
            (
                'vk_streams_day_0',
                'vk_early',
                'numeric',
                'streams',
                'VK streams on day 0; null where day 0 is not before the as-of day or was never delivered.',
                54
            ),
        
            (
                'vk_streams_day_1',
                'vk_early',
                'numeric',
                'streams',
                'VK streams on day 1; null where day 1 is not before the as-of day or was never delivered.',
                55
            ),
        
            (
                'vk_streams_day_2',
                'vk_early',
                'numeric',
                'streams',
                'VK streams on day 2; null where day 2 is not before the as-of day or was never delivered.',
                56
            ),
        
            (
                'vk_streams_day_3',
                'vk_early',
                'numeric',
                'streams',
                'VK streams on day 3; null where day 3 is not before the as-of day or was never delivered.',
                57
            ),
        
            (
                'vk_streams_day_4',
                'vk_early',
                'numeric',
                'streams',
                'VK streams on day 4; null where day 4 is not before the as-of day or was never delivered.',
                58
            ),
        
            (
                'vk_streams_day_5',
                'vk_early',
                'numeric',
                'streams',
                'VK streams on day 5; null where day 5 is not before the as-of day or was never delivered.',
                59
            ),
        
            (
                'vk_streams_day_6',
                'vk_early',
                'numeric',
                'streams',
                'VK streams on day 6; null where day 6 is not before the as-of day or was never delivered.',
                60
            ),
        
            (
                'vk_streams_total',
                'vk_early',
                'numeric',
                'streams',
                'VK streams from the release date to the day before the as-of date.',
                61
            ),
        
            (
                'vk_streams_log_slope',
                'vk_early',
                'numeric',
                'log per day',
                'Least-squares slope of ln(1 + streams) over the known days; null on day 1.',
                62
            ),
        
            (
                'vk_streams_last_over_first',
                'vk_early',
                'numeric',
                'ratio',
                'VK streams of the last known day over those of day 0; null on day 1 or where day 0 had none.',
                63
            ),
        
            (
                'vk_streams_first_day_log_ratio',
                'vk_early',
                'numeric',
                'log ratio',
                'ln(1 + VK streams on day 0) less ln(1 + VK streams so far); null on day 1.',
                64
            ),
        
            (
                'vk_streams_last_day_log_ratio',
                'vk_early',
                'numeric',
                'log ratio',
                'ln(1 + VK streams of the last known day) less ln(1 + VK streams so far); null on day 1.',
                65
            ),
        
            (
                'vk_tiktok_views_last_day_log_ratio',
                'vk_early',
                'numeric',
                'log ratio',
                'ln(1 + TikTok views of the last known day) less ln(1 + VK streams so far).',
                66
            ),
        
            (
                'vk_tiktok_views_last_three_days_log_ratio',
                'vk_early',
                'numeric',
                'log ratio',
                'ln(1 + TikTok views of the last three known days) less ln(1 + VK streams so far).',
                67
            ),
        
            (
                'vk_tiktok_views_earlier_log_ratio',
                'vk_early',
                'numeric',
                'log ratio',
                'ln(1 + TikTok views of the known days before those three) less ln(1 + VK streams so far); null up to day 3.',
                68
            ),
        
            (
                'vk_playlist_share',
                'vk_early',
                'numeric',
                'share',
                'Share of the known days'' VK streams that began in playlists.',
                69
            ),
        
            (
                'vk_search_share',
                'vk_early',
                'numeric',
                'share',
                'Share of the known days'' VK streams that began in search.',
                70
            ),
        
            (
                'vk_recommendation_share',
                'vk_early',
                'numeric',
                'share',
                'Share of the known days'' VK streams that began in recommendations.',
                71
            ),
        
            (
                'vk_own_music_share',
                'vk_early',
                'numeric',
                'share',
                'Share of the known days'' VK streams that began in listeners'' own music.',
                72
            ),
        
            (
                'vk_paid_share',
                'vk_early',
                'numeric',
                'share',
                'Share of the known days'' VK streams by paying subscribers.',
                73
            ),
        
            (
                'vk_delivered_days',
                'vk_early',
                'numeric',
                'days',
                'Known days that VK delivered.',
                74
            ),
        
            (
                'release_weekday',
                'calendar',
                'numeric',
                'weekday',
                'Weekday of release, Monday 0 to Sunday 6.',
                75
            ),
        
            (
                'release_month',
                'calendar',
                'numeric',
                'month',
                'Month of release, 1 to 12.',
                76
            ),
        
            (
                'first_week_holidays',
                'calendar',
                'numeric',
                'days',
                'Public holidays on days 0 to 6.',
                77
            ),
        
            (
                'window_holidays',
                'calendar',
                'numeric',
                'days',
                'Public holidays from the release date to the end of the class horizon.',
                78
            ),
        
            (
                'competing_releases',
                'competition',
                'numeric',
                'releases',
                'Other releases out on the release date or in the six days before it.',
                79
            ),
        
            (
                'competing_genre_releases',
                'competition',
                'numeric',
                'releases',
                'Those of them in the same genre.',
                80
            ),
        
            (
                'genre',
                'catalog',
                'categorical',
                '',
                'Main genre.',
                81
            ),
        
            (
                'label_name',
                'catalog',
                'categorical',
                '',
                'Imprint.',
                82
            ),
        
            (
                'release_type',
                'catalog',
                'categorical',
                '',
                'single up to 3 tracks, ep up to 6, else album.',
                83
            ),
        
            (
                'track_count',
                'catalog',
                'numeric',
                'tracks',
                'Tracks on the release.',
                84
            ),
        
            (
                'new_track_count',
                'catalog',
                'numeric',
                'tracks',
                'Tracks whose recording no earlier release carries.',
                85
            ),
        
            (
                'mean_duration_seconds',
                'catalog',
                'numeric',
                'seconds',
                'Mean length of the tracks.',
                86
            ),
        
            (
                'explicit_share',
                'catalog',
                'numeric',
                'share',
                'Share of tracks with an explicit-lyrics mark.',
                87
            ),
        
            (
                'artist_release_count',
                'artist_history',
                'numeric',
                'releases',
                'Earlier releases of the artist whose class horizon had passed by the release date.',
                88
            ),
        
            (
                'artist_mean_log_streams',
                'artist_history',
                'numeric',
                'log streams',
                'Mean of ln(1 + streams within the class horizon) of those.',
                89
            ),
        
            (
                'artist_best_streams',
                'artist_history',
                'numeric',
                'streams',
                'Most streams within the class horizon among those.',
                90
            ),
        
            (
                'artist_last_streams',
                'artist_history',
                'numeric',
                'streams',
                'Streams within the class horizon of the latest of those.',
                91
            ),
        
            (
                'artist_last_first_week_views',
                'artist_history',
                'numeric',
                'views',
                'TikTok views on days 0 to 6 of the latest of those.',
                92
            ),
        
            (
                'artist_mean_log_growth',
                'artist_history',
                'numeric',
                'log ratio',
                'Mean over those of ln(1 + streams within the class horizon) less ln(1 + streams on days 0 to 6), where VK delivered all seven.',
                93
            ),
        
            (
                'artist_days_since_last_release',
                'artist_history',
                'numeric',
                'days',
                'Days from the latest of those to the release date.',
                94
            ),
        
        -- filtered out again: it gives the types where dbt parses without columns
        ('', '', '', '', '', 0)
    ) as listed (feature_name, feature_group, feature_kind, unit, description, position)
    where listed.position > 0

)

select
    feature_name,
    feature_group,
    feature_kind,
    unit,
    description,
    position
from features
-- depends on: "warehouse"."main"."release_features"
  );
