-- The label's catalog, of releases up to a date: semicolons, decimal commas, dd.mm.yyyy; the caller writes it in cp1251.
-- Reads the variables seed, announced_through and file.
copy (
    with artist_words(words) as (
        values ([
            'Северный', 'Тихий', 'Белый', 'Пятый', 'Медный', 'Дикий', 'Лунный', 'Старый', 'Быстрый', 'Синий', 'Новый',
            'Вольный', 'Громкий', 'Летний', 'Ночной', 'Дальний', 'Горький', 'Честный', 'Первый', 'Лишний', 'Мятный',
            'Зимний', 'Рыжий', 'Немой', 'Добрый', 'Острый'
        ])
    ),

    artist_nouns(nouns) as (
        values ([
            'Берег', 'Голос', 'Район', 'Ветер', 'Трамвай', 'Остров', 'Пульс', 'Город', 'Март', 'Дым', 'Кот', 'Ритм',
            'Двор', 'Маяк', 'Фонарь', 'Снег', 'Компас', 'Этаж', 'Вокзал', 'Поэт', 'Север', 'Шёпот', 'Волк', 'Апрель',
            'Проспект', 'Сигнал', 'Океан', 'Мотор'
        ])
    ),

    title_words(starts, ends) as (
        values (
            [
                'Не звони', 'Танцуй', 'Останься', 'До утра', 'Помню', 'Беги', 'Рядом', 'Вернись', 'Забудь', 'Лети',
                'Между нами', 'Последний раз', 'Моя', 'Домой', 'Ещё раз', 'Без сна', 'Навсегда', 'Ближе', 'Если бы',
                'Где ты', 'Дыши', 'Пусть', 'Молчи', 'Просто'
            ],
            [
                '', ' (зима)', ' со мной', ' под дождём', ' в Москве', ' на рассвете', ' и не плачь', ', Алиса',
                ' по проводам', ' в такси', ' у моря', ' наяву', ' в тишине', ' без тебя', ' на репите', ' 2.0',
                ' в темноте', ' за городом', ' как вчера', ' вдвоём'
            ]
        )
    ),

    named_artists as (
        select
            artist_no,
            genre,
            'A' || lpad(artist_no::varchar, 5, '0') as artist_id,
            words[1 + artist_no % len(words)] || ' '
            || nouns[1 + (artist_no * 5 + artist_no // len(words)) % len(nouns)]
            || case when artist_no >= len(words) * len(nouns) then ' ' || (artist_no // (len(words) * len(nouns)) + 1)
                else '' end as artist_name,
            ['Красная нить', 'Полдень Music', 'Первый этаж', 'Волна', 'Подвал Records', null][1 + label_no]
                as label_name
        from artists, artist_words, artist_nouns
    ),

    named_tracks as (
        select
            tracks.track_id,
            tracks.isrc,
            starts[1 + (draw('title start', track_id) % len(starts))::integer]
            || ends[1 + (draw('title end', track_id) % len(ends))::integer] as track_title,
            round(150 + 28 * normal(draw('duration', track_id)), 1) as duration_seconds,
            uniform(draw('explicit', track_id)) < if(genre = 'Hip-Hop', 0.55, 0.08) as is_explicit
        from tracks, title_words
    ),

    lead_tracks as (
        select release_no, min_by(track_id, track_number) as track_id
        from release_tracks
        group by release_no
    )

    select
        releases.upc as "Штрихкод",
        named_tracks.isrc as "ISRC",
        case releases.release_kind
            when 'single' then lead_titles.track_title
            when 'ep' then lead_titles.track_title || ' - EP'
            when 'reissue' then lead_titles.track_title || ' (переиздание)'
            else lead_titles.track_title || ' (альбом)'
        end as "Релиз",
        named_tracks.track_title as "Трек",
        named_artists.artist_id as "Код артиста",
        named_artists.artist_name as "Артист",
        named_artists.label_name as "Лейбл",
        if(uniform(draw('unknown genre', releases.release_no)) < 0.02, null, named_artists.genre) as "Жанр",
        strftime(releases.release_date, '%d.%m.%Y') as "Дата релиза",
        release_tracks.track_number as "Номер",
        with_comma(named_tracks.duration_seconds) as "Длительность, с",
        case when uniform(draw('unknown advice', named_tracks.track_id)) < 0.03 then null
            when named_tracks.is_explicit then 'Да' else 'Нет' end as "18+"
    from release_tracks
    inner join releases using (release_no)
    inner join named_artists using (artist_no)
    inner join named_tracks using (track_id)
    inner join lead_tracks on release_tracks.release_no = lead_tracks.release_no
    inner join named_tracks as lead_titles on lead_tracks.track_id = lead_titles.track_id,
        range(if(uniform(draw('duplicate entry', releases.release_no, release_tracks.track_number)) < 0.002, 2, 1))
    where releases.release_date <= getvariable('announced_through')
    order by releases.release_date, releases.release_no, release_tracks.track_number
) to (getvariable('file')) (format csv, delimiter ';', header)
