

    select
        release_id, day_number,
        count(*) as row_count
    from "warehouse"."main"."int_releases__first_days"
    group by release_id, day_number
    having
        count(*) > 1
            or release_id is null
            or day_number is null

