-- one row per broken line and recording that one of its cells names; a line whose cells name none has one of null
-- is_text: fewer cells are filled than a row must have: a title, a footer
select file_number, isrc, any_value(filled) < any_value(required) as is_text
from (
    select
        file_number,
        line,
        required,
        count(*) filter (where cell <> '') over (partition by file_number, line) as filled,
        case when {is_isrc} or cell in (select {key} from staged where problem = 0) then {isrc} end as isrc
    from (
        select file_number, line, required, trim(unnest(string_split(value, delimiter)), $blanks) as cell
        from rejects inner join layouts using (file_number)
        where column_name = ''
    )
)
group by file_number, line, isrc
-- its other cells say nothing once one names a recording
qualify isrc is not null or count(isrc) over (partition by file_number, line) = 0
