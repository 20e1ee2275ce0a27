-- one row per release of one track each, spread evenly over the days; ten releases an artist
copy (
    select
        printf('46%010d', number) as upc,
        printf('RUL1A%07d', number) as isrc,
        'Release ' || number as release_title,
        'Track ' || number as track_title,
        'A' || number % greatest($releases // 10, 1) as artist_id,
        'Artist ' || number % greatest($releases // 10, 1) as artist_name,
        'Pop' as genre,
        $first_day::date + (number * $days // $releases)::integer as release_date
    from range($releases) as releases (number)
) to $file (format csv)
