-- one row: keys whose figures change over enough days, and how many of them never fall
select count(*), count(*) filter (where not falls)
from (
    select bool_or(figure < previous) as falls
    from (
        select hash({key}) as key_hash, {measure} as figure, lag({measure}) over (partition by hash({key}) order by {day}) as previous
        from staged
        where problem = 0 and hash({key}) % $nth = 0
    )
    group by key_hash
    having count(*) >= $least and min(figure) < max(figure)
)
