-- one row per row of the vendor's files
-- each step is a select of its own: within one, DuckDB would work out an expression again wherever it is named
-- unfit has a bit for each optional column whose value does not fit: it is left empty, and the row stays
select {columns}, file_number, problem, unfit, case {bad_values} end as bad_value{carried}
from (
    select *, case {problems} else 0 end as problem, cast({unfit} as integer) as unfit
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
