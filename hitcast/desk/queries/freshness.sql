-- one row per raw table: from when to when it is there, and how much is missing
select
    raw_table,
    min(delivered_day) as first_day,
    max(delivered_day) filter (where is_delivered) as last_day,
    count(*) filter (where is_delivered) as delivered_count,
    count(*) filter (where not is_delivered) as missing_count,
    count(*) filter (where day_state = 'partial') as partial_count,
    count(*) filter (where is_odd) as odd_count,
    cast(sum(row_count) as bigint) as row_count,
    -- a clock in the future dated some
    coalesce(
        max(delivered_at) filter (where delivered_at <= (select max(published_at) from publish_info)),
        max(delivered_at)
    ) as delivered_at
from delivered_days
group by raw_table
order by raw_table
