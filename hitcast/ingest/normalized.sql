-- one row per row of the vendor's files
-- each step is a select of its own: within one, DuckDB would work out an expression again wherever it is named
select {columns}, file_number, problem, case {bad_values} end as bad_value
from (
    select *, case {problems} else 0 end as problem
    from (
        select {cast}
        from (
            select {plain}
            from (
                select {translated}
                from (
                    select {trimmed}, cast(file_index + $first_file as integer) as file_number
                    from {files}
                )
            )
        )
    )
)
