

    select
        release_id, stream_date,
        count(*) as row_count
    from "warehouse"."main"."int_vk__release_days"
    group by release_id, stream_date
    having
        count(*) > 1
            or release_id is null
            or stream_date is null

