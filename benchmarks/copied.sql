-- one row per row of VK's exports
copy (
    from read_csv(
        $files, delim = ';', header = true, thousands = ' ', dateformat = '%d.%m.%Y', ignore_errors = true,
        columns = {
            'stream_date': 'date', 'isrc': 'varchar', 'territory': 'varchar', 'gender': 'varchar',
            'age_band': 'varchar', 'source': 'varchar', 'subscription': 'varchar', 'streams': 'bigint',
            'listeners': 'bigint'
        }
    )
    {order}
) to $target (format parquet, partition_by (stream_date), overwrite true)
