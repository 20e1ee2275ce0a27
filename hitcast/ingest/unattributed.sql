-- one row per day and territory (null: may be any) of which rejected rows may count for any recording, with their share
with keyless as (
    select rejected_rows.*
    from rejected_rows
    where is_keyless and day is not null
),

landed as (
    select file_number, {day} as day, {territory} as territory, sum({measure}) as total
    from staged
    where problem = 0 and {day} in (select day from keyless where is_empty)
    group by grouping sets ((file_number, {day}, {territory}), (file_number, {day}))
    -- a figure like that of a single row may be another row's
    having count(*) > 1
),

-- a row without a key that adds up the others of its file and day is their total
counted as (
    select *
    from keyless
    where not (
        is_empty and exists (
            select 1 from landed
            where
                landed.file_number = keyless.file_number
                and landed.day = keyless.day
                and landed.total = keyless.figure
                and (landed.territory is null or landed.territory = keyless.territory)
        )
    )
),

day_totals as (
    select {day} as day, {territory} as territory, count(*) as rows, sum(greatest({measure}, 0)) as total
    from staged
    where {day} in (select day from counted)
    group by grouping sets (({day}, {territory}), ({day}))
),

lost as (
    select
        day,
        territory,
        count(*) as rows,
        coalesce(sum(greatest(figure, 0)), 0) as total,
        bool_or(is_unread) as is_unread
    from counted
    group by day, territory
)

select
    lost.day,
    lost.territory,
    case
        when lost.is_unread then 1.0
        else greatest(lost.rows / day_totals.rows, cast(lost.total as double) / greatest(day_totals.total, 1))
    end as share
from lost
inner join day_totals on lost.day = day_totals.day and lost.territory is not distinct from day_totals.territory
