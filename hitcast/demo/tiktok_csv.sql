-- TikTok's file of the rows in `tiktok_month` that belong to the delivery: semicolons, decimal commas, ISO dates. One
-- row in ten thousand is followed by one that no reader should accept. Reads the variables delivery and file.
copy (
    with lines as (
        select
            *,
            day::varchar as written_day,
            views::varchar as written_views
        from tiktok_month
        where delivery = getvariable('delivery')
    ),

    broken as (
        select * replace (
            case luck % 4
                when 0 then '-' || greatest(views, 1) when 1 then null when 2 then 'n/a' else written_views
            end
                as written_views,
            if(luck % 4 = 3, null, territory) as territory
        )
        from lines
        where uniform(hash(luck, 'broken')) < 0.0001 and delivery = 'first'
    )

    select
        written_day as "Date",
        sound_id as "Sound ID",
        isrc as "ISRC",
        sound_type as "Sound Type",
        territory as "Country",
        creations as "Video Creations",
        written_views as "Video Views",
        likes as "Likes",
        comments as "Comments",
        shares as "Shares",
        favorites as "Favorites",
        with_comma(average_play_seconds) as "Avg. Play Time (s)"
    from (from lines union all from broken)
    order by day, track_id, sound_no, territory, written_views
) to (getvariable('file')) (format csv, delimiter ';', header)
