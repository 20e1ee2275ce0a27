-- one row per day, sound and territory
with sound_days as (

    select * from read_parquet('1/raw/tiktok_sound_days/*/data.parquet', hive_partitioning = true, hive_types = {'activity_date': date})

),

renamed as (

    select
        sound_id,
        isrc,
        activity_date,
        content_type,
        territory,
        creations,
        views,
        likes,
        comments,
        shares,
        favorites,
        average_play_seconds
    from sound_days

)

select * from renamed