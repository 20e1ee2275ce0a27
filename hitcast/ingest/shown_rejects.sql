-- one row per rejected row, in file order, with nothing that a spreadsheet would run
create or replace temp table shown as
-- a NUL would end a cell for some readers
with plain as (
    select
        file_number,
        line,
        reason,
        replace($names[file_number + 1], chr(0), '␀') as "file",
        replace(column_name, chr(0), '␀') as "column",
        replace("value", chr(0), '␀') as "value"
    from rejects
)
select {file} as "file", line, {column} as "column", {value} as "value", reason
from plain
order by file_number, line
