-- one row: keys of day, recording and territory that some rows split in one way and others in another, and of these
-- those of which two ways have one sum; an example
with parts as (
    select {owner}, {split} as split_by, sum({measure})::bigint as measure
    from staged
    where problem = 0 and hash({recording}) % $apart = 0
    group by all
),

owners as (
    select
        concat_ws(', ', {owner}) as owner,
        list(measure order by split_by) as measures,
        list(split_by order by split_by) as splits
    from parts
    group by {owner}
    having count(*) > 1 and max(measure) >= $min_streams
),

judged as (
    select
        *,
        list_filter(list_zip(splits, measures), x -> len(list_filter(measures, other -> other = x[2])) > 1) as alike
    from owners
)

select
    count(*) as owners,
    coalesce(count_if(len(alike) > 1), 0) as doubled,
    min(owner) filter (len(alike) > 1) as owner,
    min_by(alike[1][2], owner) filter (len(alike) > 1) as measure,
    min_by(list_transform(alike, x -> x[1]), owner) filter (len(alike) > 1) as splits
from judged
