-- one row per valid row whose key has several, marked where it repeats another one of the vendor's
-- with $bits only of keys of which a row has one of these bits in `unfit`
create or replace temp table alike as
select *, row_number() over (partition by key_hash, identity, row_hash order by row_number desc) > 1 as is_repeat
from (
    select
        rowid as row_number,
        file_number,
        identity,
        hash({others}) as row_hash,
        hash({key}) as key_hash,
        {counts},
        least({counts}) < 0 as is_correction
    from staged
    where problem = 0 and list_contains($files, file_number)
    qualify
        count(*) over (partition by hash({key})) > 1
        and ($bits = 0 or bit_or(unfit) over (partition by hash({key})) & $bits <> 0)
)
