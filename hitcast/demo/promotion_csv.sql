-- The label's log of campaigns for releases up to a date, planned ones included: UTF-8, semicolons, decimal commas,
-- dd.mm.yyyy. A row names its release, its recording or both. Reads the variables seed, announced_through and file.
copy (
    with campaigns as (
        select
            tracks.track_id,
            tracks.isrc,
            releases.upc,
            releases.release_no,
            promotions.spend,
            tracks.release_date + promotions.start_age as start_date,
            start_date + 5 + floor(uniform(draw('promotion days', track_id)) * 10)::integer as end_date,
            uniform(draw('promotion id', track_id)) as id_point,
            uniform(draw('promotion channel', track_id)) as channel_point
        from promotions
        inner join tracks using (track_id)
        inner join releases using (release_no)
        where promotions.scenario = 0 and releases.release_date <= getvariable('announced_through')
    )

    select
        if(id_point < 0.6, upc, null) as "Код релиза",
        if(id_point >= 0.3, isrc, null) as "ISRC",
        'РК-' || lpad(release_no::varchar, 6, '0') as "Кампания",
        case when channel_point < 0.55 then 'TikTok: блогеры' when channel_point < 0.9 then 'TikTok: реклама' end
            as "Площадка",
        strftime(start_date, '%d.%m.%Y') as "Начало",
        if(uniform(draw('promotion end', track_id)) < 0.05, null, strftime(end_date, '%d.%m.%Y')) as "Конец",
        replace(printf('%.2f', spend), '.', ',') as "Бюджет",
        'руб.' as "Валюта"
    from campaigns
    order by start_date, track_id
) to (getvariable('file')) (format csv, delimiter ';', header)
