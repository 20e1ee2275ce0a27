-- one row per raw table and reason for which rows were rejected
select
    raw_table,
    reason,
    cast(sum(row_count) as bigint) as row_count,
    count(distinct file_name) as file_count,
    max(delivered_at) as delivered_at
from rejected_rows
group by raw_table, reason
order by row_count desc, raw_table, reason
limit 100
