-- one row per day, territory and recording that a rejected row without a readable day may be of: a day of its file
-- on which no other row has its key, or any of them where that leaves none
with undated as (
    select * from rejected_rows
    where day is null and not is_keyless
),

taken as (
    select distinct undated.place, staged.{day} as day
    from staged inner join undated on {same_key}
    -- the join alone would build its table of all rows
    where staged.problem = 0 and {is_unique} and staged.{key} in (select isrc from undated)
),

file_days as (
    select distinct file_number, {day} as day
    from staged
    where problem = 0 and file_number in (select file_number from undated)
)

select distinct file_days.day, undated.territory, undated.isrc
from undated
inner join file_days on undated.file_number = file_days.file_number
left join taken on undated.place = taken.place and file_days.day = taken.day
qualify taken.place is null or count(*) filter (where taken.place is null) over (partition by undated.place) = 0
