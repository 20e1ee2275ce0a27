-- one row per release from $since on that is new, or had tracks of its own, and whose tracks are all credited to others now
with ranked as (
    select catalog, upc, isrc, release_title, release_date, row_number() over by_recording = 1 as is_own,
        first_value(upc) over by_recording as first_upc
    from (
        select *, min(release_date) over (partition by catalog, upc) as first_date
        from (
            select 'before' as catalog, upc, isrc, release_title, release_date from landed
            union all
            select 'after' as catalog, upc, isrc, release_title, release_date from upserted
        )
    )
    window by_recording as (partition by catalog, isrc order by first_date, upc)
),

releases as (
    select
        catalog, upc, min(release_date) as release_date, min(release_title) as title, min(first_upc) as first_upc,
        bool_or(is_own) as has_own
    from ranked
    group by catalog, upc
)

select after.upc, after.title, after.first_upc
from releases as after
left join releases as before on after.upc = before.upc and before.catalog = 'before'
where after.catalog = 'after' and not after.has_own and after.release_date >= $since and coalesce(before.has_own, true)
order by after.release_date, after.upc
