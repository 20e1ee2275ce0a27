-- one row: keys of three rows and more, those of which one row is the sum of all others, and the key of one of these
with owners as (
    select
        concat_ws(', ', {key}) as owner,
        max({measure}) as largest,
        sum({measure}) as total
    from staged
    where problem = 0 and list_contains($files, file_number) and hash({recording}) % $apart = 0
    group by {key}
    having count(*) >= 3 and max({measure}) >= $min_streams
)

select
    count(*) as owners,
    count(*) filter (2 * largest = total) as doubled,
    min(owner) filter (2 * largest = total) as owner,
    min_by(largest, owner) filter (2 * largest = total) as largest
from owners
