-- one row: rows that have a value, those of them of which the next row of the file has none, and rows that have none
select
    count(*) filter (not is_empty) as filled,
    count(*) filter (not is_empty and is_next_empty) as followed,
    count(*) filter (is_empty) as empties
from (
    select
        {value} is null as is_empty,
        lead({value} is null) over (partition by file_number order by rowid) as is_next_empty
    from staged
)
