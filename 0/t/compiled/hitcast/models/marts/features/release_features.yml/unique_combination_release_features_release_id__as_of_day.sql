

    select
        release_id, as_of_day,
        count(*) as row_count
    from "warehouse"."main"."release_features"
    group by release_id, as_of_day
    having
        count(*) > 1
            or release_id is null
            or as_of_day is null

