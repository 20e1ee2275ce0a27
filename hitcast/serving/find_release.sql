-- one row per published release that somebody may mean: id, and artist and title
with named as (

    select distinct
        release_id,
        artist_name || ': ' || release_title as title
    from release_predictions
    union
    select
        release_id,
        artist_name || ': ' || release_title as title
    from releases

),

matched as (

    select
        *,
        case
            when ltrim(lower(release_id), '0') = ltrim($named, '0') then 1
            when lower(title) = $named then 2
            when starts_with(lower(release_id), $named) or starts_with(lower(title), $named) then 3
        end as closeness
    from named

)

select
    release_id,
    coalesce(title, '?') as title
from matched
where closeness = (select min(closeness) from matched)
order by release_id
