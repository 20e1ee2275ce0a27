-- one row per file and new day with few rows, far from all other days of the file
with days as (
    select
        file_number,
        {day} as day,
        count(*) as day_rows,
        coalesce({day} - lag({day}) over by_day > $far, false) as is_after_gap
    from staged
    where problem = 0
    group by file_number, {day}
    window by_day as (partition by file_number order by {day})
),

-- days without a long gap between them
numbered as (
    select *, count_if(is_after_gap) over (partition by file_number order by day) as group_number from days
),

groups as (
    select
        file_number,
        group_number,
        sum(day_rows) as group_rows,
        sum(group_rows) over (partition by file_number) as file_rows,
        -- of days that are all alone none is the odd one, but the first
        row_number() over (partition by file_number order by sum(day_rows) desc, max(day) desc) as place
    from numbered
    group by file_number, group_number
)

select file_number, day, day_rows
from numbered
inner join groups using (file_number, group_number)
where place > 1 and group_rows <= greatest($few, $share * file_rows) and not list_contains(cast($delivered as date []), day)
order by all
