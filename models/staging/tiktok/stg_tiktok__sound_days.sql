-- one row per day, sound and territory
with sound_days as (

    select * from {{ source('tiktok', 'tiktok_sound_days') }}

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
