-- one row per stretch of missing days of a raw table, the latest first
with missing as (

    select
        raw_table,
        delivered_day,
        delivered_day
        - cast(row_number() over (partition by raw_table order by delivered_day) as integer) as stretch
    from delivered_days
    where not is_delivered

)

select
    raw_table,
    min(delivered_day) as first_day,
    max(delivered_day) as last_day,
    count(*) as missing_count
from missing
group by raw_table, stretch
order by last_day desc, raw_table
limit 100
