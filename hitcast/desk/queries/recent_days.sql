-- one row per raw table and day of the last days
select raw_table, delivered_day, is_delivered, row_count, day_state, is_odd
from delivered_days
where delivered_day > (select max(delivered_day) from delivered_days) - cast($days as integer)
order by raw_table, delivered_day
