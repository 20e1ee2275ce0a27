-- one row per day, recording and audience segment
with stream_days as (

    select * from {{ source('vk', 'vk_stream_days') }}

),

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where table_name = 'vk_stream_days' and not is_withdrawn

),

-- any other file of the folder is half landed, replaced, withdrawn or a stray
delivered_stream_days as (

    select stream_days.*
    from stream_days
    semi join deliveries
        on stream_days.stream_date = deliveries.delivered_day and stream_days.delivery = deliveries.delivery

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
    from delivered_stream_days

)

select * from renamed
