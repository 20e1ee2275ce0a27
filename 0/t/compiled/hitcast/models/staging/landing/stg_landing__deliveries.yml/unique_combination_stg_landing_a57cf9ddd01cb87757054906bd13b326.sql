

    select
        table_name, delivered_day,
        count(*) as row_count
    from "warehouse"."main"."stg_landing__deliveries"
    group by table_name, delivered_day
    having
        count(*) > 1
            or table_name is null
            or delivered_day is null

