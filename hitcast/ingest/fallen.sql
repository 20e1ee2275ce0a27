-- one row: keys, those whose total falls, and the first such fall
select
    count(distinct key_hash),
    count(distinct key_hash) filter (where falls),
    arg_min(name, (day, name)) filter (where falls),
    min(day) filter (where falls),
    arg_min(previous, (day, name)) filter (where falls),
    arg_min(figure, (day, name)) filter (where falls)
from (
    select *, coalesce(figure < previous, false) as falls
    from (select *, lag(figure) over (partition by key_hash order by day) as previous from totals)
)
