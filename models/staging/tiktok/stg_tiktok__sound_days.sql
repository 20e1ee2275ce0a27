-- one row per day, sound and territory
with sound_days as (

    select * from {{ source('tiktok', 'tiktok_sound_days') }}

),

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where table_name = 'tiktok_sound_days' and not is_withdrawn

),

-- any other file of the folder is half landed, replaced, withdrawn or a stray
delivered_sound_days as (

    select sound_days.*
    from sound_days
    semi join deliveries
        on sound_days.activity_date = deliveries.delivered_day and sound_days.delivery = deliveries.delivery

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
    from delivered_sound_days

)

select * from renamed
