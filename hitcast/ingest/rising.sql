-- one row: keys whose figures change over enough days, and how many of them never fall
select count(*), count(*) filter (where not falls)
from (
    select bool_or(figure < previous) as falls
    from (
        select *, lag(figure) over (partition by key_hash order by day) as previous
        from (
            select hash({key}) as key_hash, {day} as day, {measure} as figure
            from staged
            -- a parameter without a type would make numbers of 128 bits of all hashes
            where problem = 0 and hash({first_key}) % cast($nth as ubigint) = 0
        )
    )
    group by key_hash
    having count(*) >= $least and min(figure) < max(figure)
)
