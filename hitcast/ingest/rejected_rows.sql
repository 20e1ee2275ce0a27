-- one row per rejected row of `staged` that would have counted for a recording, had it been accepted
-- is_keyless: nobody can tell for which; is_empty: it does not even try to say
create or replace temp table rejected_rows as
select
    file_number,
    day,
    territory,
    case when not is_garbled then key end as isrc,
    is_garbled or key is null as is_keyless,
    not is_garbled and key is null as is_empty,
    figure,
    figure is null and regexp_matches(bad_value, '[0-9]') as is_unread,
    row_number() over () as place,
    columns('k.+')
from (
    select
        file_number,
        -- a day out of range is none
        case when {day} between $first and $last then {day} end as day,
        -- two letters are some country, whatever the standard says of them; anything else may be any
        case when regexp_full_match({territory}, '[A-Za-z][A-Za-z]') then upper({territory}) end as territory,
        {key} as key,
        {is_garbled} as is_garbled,
        {measure} as figure,
        bad_value,
        {rest_of_key}
    from staged
    where problem > 0
)
-- where the key may be empty, rows without one count for no recording
where key is not null or is_garbled or {is_required}
