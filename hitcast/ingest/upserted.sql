-- one row per key: what arrived, stamped $number where it is new or changed, and what landed before and did not arrive
create or replace temp table upserted as
select
    {arrived},
    case when row({arrived}) is not distinct from row({landed}) then landed.{stamp} else $number end as {stamp}
from arrived
left join landed on {is_same}
union all by name
select landed.* from landed
anti join arrived on {is_same}
