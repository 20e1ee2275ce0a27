-- one row per day that is partial or stands out from what is usual, the latest first, and how many there are in all
select
    *,
    count(*) over () as marked_count
from delivered_days
where day_state = 'partial' or is_odd
order by delivered_day desc, raw_table
limit 60
