-- The month that TikTok delivered as Parquet, typed. Reads the variables delivery and file.
copy (
    select
        day as "Date",
        sound_id as "Sound ID",
        isrc as "ISRC",
        sound_type as "Sound Type",
        territory as "Country",
        creations as "Video Creations",
        views as "Video Views",
        likes as "Likes",
        comments as "Comments",
        shares as "Shares",
        favorites as "Favorites",
        average_play_seconds as "Avg. Play Time (s)"
    from tiktok_month
    where delivery = getvariable('delivery')
    order by day, track_id, sound_no, territory
) to (getvariable('file')) (format parquet)
