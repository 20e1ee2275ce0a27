-- one row per release and day from three before it to 30 after; what it counts follows the streams loosely
copy (
    select
        $first_day::date + (release_day + age)::integer as activity_date,
        'S' || number as sound_id,
        printf('RUL1A%07d', number) as isrc,
        'PGC' as content_type,
        'RU' as territory,
        (hash(number) % 1000 + 4 * (hash(number, 1) % 1000)) // (5 + abs(age)) // 5 as creations,
        exp(5 + 2 * (hash(number) % 1000 + hash(number, 2) % 1000) / 1000 + (hash(number, age, 3) % 1000) / 1000)::bigint as views,
        0 as likes,
        0 as comments,
        0 as shares
    from range($releases) as releases (number), range(-3, 31) as ages (age),
        lateral (select number * $days // $releases as release_day)
    where release_day + age between 0 and $days - 1
    order by activity_date, isrc
) to $file (format csv)
