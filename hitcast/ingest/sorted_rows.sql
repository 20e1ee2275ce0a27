-- one row per valid row of the delivery, by day and sort columns, in file order where these are equal
-- hashes are taken after the sort, which would have to carry them
select *, hash(key_hash, {others}) as row_hash
from (
    select {columns}, file_number, row_number, {identity} as identity, hash({key}) as key_hash
    from (
        select {named_columns}, file_number, rowid as row_number{carried} from staged where problem = 0
        order by {order}, row_number
    )
)
