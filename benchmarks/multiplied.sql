-- one row per landed row and copy of it
copy (
    with landed as (from read_parquet($path, hive_partitioning = false))
    from landed
    union all by name
    select landed.* replace ({own})
    from landed cross join generate_series(1, $copies - 1) as copies (copy)
    order by {order}
) to $target (format parquet)
