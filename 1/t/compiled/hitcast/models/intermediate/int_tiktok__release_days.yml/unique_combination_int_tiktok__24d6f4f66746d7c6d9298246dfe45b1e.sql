

    select
        release_id, activity_date,
        count(*) as row_count
    from "warehouse"."main"."int_tiktok__release_days"
    group by release_id, activity_date
    having
        count(*) > 1
            or release_id is null
            or activity_date is null

