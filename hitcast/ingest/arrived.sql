-- one row per valid row of the delivery, marked where it is the last one of its key in file order
create or replace temp table arrived as
select *, row_number() over (partition by {key} order by row_order desc) = 1 as is_last
from (select {columns}, file_number, rowid as row_order from staged where problem = 0)
