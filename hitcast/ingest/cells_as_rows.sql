(
    select {columns}, name as {name}, cell as {cell}
    from (
        -- lists side by side: the first name with the first cell, and so on
        select {fixed}, unnest(cast($names as varchar [])) as name, unnest([{cells}]) as cell
        from {files}
    )
    where {is_filled}
)
