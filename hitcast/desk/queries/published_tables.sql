-- one row per published table
select *
from publish_info
order by table_name
