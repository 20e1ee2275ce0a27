-- one row per day, recording and audience segment
with stream_days as (

    select * from read_parquet('0/raw/vk_stream_days/*/data.parquet', hive_partitioning = true, hive_types = {'stream_date': date})

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