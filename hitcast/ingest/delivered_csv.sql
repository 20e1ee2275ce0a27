read_csv(
    $paths, auto_detect = false, header = true, delim = $delimiter, quote = '"', escape = '"',
    columns = {columns}, nullstr = '', strict_mode = true, compression = 'none', hive_partitioning = false,
    store_rejects = true, rejects_limit = 0
)
