-- one row per day, recording and audience segment
with stream_days as (

    select * from {{ source('vk', 'vk_stream_days') }}

),

renamed as (

    select
        isrc,
        stream_date,
        territory,
        gender,
        age_band,
        source as stream_source,
        subscription,
        streams,
        listeners
    from stream_days

)

select * from renamed
