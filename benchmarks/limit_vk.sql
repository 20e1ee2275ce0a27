-- one row per release, day of its first `streaming_days` and cell of sex, age and source; no day after the last
copy (
    select
        $first_day::date + (release_day + age)::integer as stream_date,
        printf('RUL1A%07d', number) as isrc,
        'RU' as territory,
        ['female', 'male', 'unknown'][1 + cell % 3] as gender,
        ['under_18', '18_24', '25_34', '35_44', '45_plus', 'unknown'][1 + cell // 3 % 6] as age_band,
        ['playlist', 'search', 'recommendations', 'own_music', 'other'][1 + cell // 18 % 5] as source,
        if(cell < 90, 'paid', 'free') as subscription,
        (
            exp(4 + 5 * (hash(number) % 1000) / 1000 + (hash(number, age) % 1000) / 2000) / (1 + 0.1 * age) / $cells
        )::bigint as streams
    from range($releases) as releases (number), range($streaming_days) as ages (age), range($cells) as cells (cell),
        lateral (select number * $days // $releases as release_day)
    where release_day + age < $days
    order by stream_date, isrc
) to $file (format csv)
