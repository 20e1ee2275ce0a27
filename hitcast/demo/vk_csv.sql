-- VK's file of the rows in `vk_month` that belong to the delivery: UTF-8 with a byte order mark (it is the first
-- character of the first header), semicolons, dd.mm.yyyy, spaces between thousands. One row in ten thousand is
-- followed by one that no reader should accept. Reads the variables delivery and file.
copy (
    with lines as (
        select
            *,
            strftime(day, '%d.%m.%Y') as written_day,
            spaced(streams) as written_streams
        from vk_month
        where delivery = getvariable('delivery')
    ),

    broken as (
        select * replace (
            if(luck % 4 = 0, '31.02.' || year(day), written_day) as written_day,
            if(luck % 4 = 1, null, isrc) as isrc,
            case luck % 4 when 2 then '-' || written_streams when 3 then 'нет данных' else written_streams end
                as written_streams
        )
        from lines
        where uniform(hash(luck, 'broken')) < 0.0001 and delivery = 'first'
    )

    select
        written_day as "﻿Дата",
        isrc as "ISRC",
        territory as "Страна",
        gender as "Пол",
        age_band as "Возраст",
        source as "Источник",
        subscription as "Подписка",
        written_streams as "Прослушивания",
        spaced(listeners) as "Слушатели"
    from (from lines union all from broken)
    order by day, track_id, territory, source, subscription, gender, age_band, written_streams, isrc, written_day
) to (getvariable('file')) (format csv, delimiter ';', header)
