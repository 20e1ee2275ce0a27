-- rows of one file of rejects, counted by the vendor's file and the reason
insert into rejected_rows
select
    $raw_table,
    regexp_extract(file, '[^/\\]*$'),
    reason,
    count(*),
    $delivered_at
from read_csv($file, header = true, all_varchar = true)
group by all
order by all
