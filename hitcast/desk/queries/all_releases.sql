-- one row per release that the reader's choice matches, and how many there are in all
with matching as (

    select
        forecasts.*,
        list_contains(cast($stars as varchar[]), forecasts.release_id) as is_starred
    from forecasts($horizon, $needed) as forecasts
    where
        case $show
            when 'open' then forecasts.is_open
            when 'closed' then not forecasts.is_open
            when 'new' then forecasts.is_new
            when 'promote' then forecasts.verdict = 'promote'
            when 'watch' then forecasts.verdict = 'watch'
            when 'hit' then forecasts.verdict = 'hit'
            when 'moved' then forecasts.has_moved
            when 'late' then forecasts.is_late
            when 'misdated' then forecasts.is_misdated
            when 'unknown' then forecasts.verdict = 'unknown'
            when 'starred' then list_contains(cast($stars as varchar[]), forecasts.release_id)
            else true
        end
        and ($label = '' or forecasts.label_name = $label)
        and ($genre = '' or forecasts.genre = $genre)
        and ($artist = '' or forecasts.artist_id = $artist)
        and contains(
            lower(concat_ws(' ', forecasts.artist_name, forecasts.release_title, forecasts.release_id)), lower($search)
        )

),

placed as (

    select
        *,
        count(*) over () as match_count,
        case $sort
            when 'verdict' then -cast(list_position(verdict_order(), verdict) as double)
            when 'released' then cast(release_date - date '1970-01-01' as double)
            when 'day' then cast(as_of_day as double)
            when 'known' then cast(known_streams as double)
            when 'forecast' then predicted_streams
            when 'chance' then probability_high
            when 'to_come' then share_to_come
            when 'change' then change
            when 'actual' then cast(actual_streams as double)
        end as place,
        case $sort
            when 'release' then lower(concat_ws(' ', artist_name, release_title))
            when 'label' then lower(label_name)
            when 'genre' then lower(genre)
        end as place_by_name
    from matching

)

select * exclude (place, place_by_name)
from placed
order by
    case when $is_descending then place end desc nulls last,
    case when $is_descending then place_by_name end desc nulls last,
    case when not $is_descending then place end asc nulls last,
    case when not $is_descending then place_by_name end asc nulls last,
    -- of one verdict, the largest forecast first, which the table shows
    predicted_streams desc nulls last,
    release_id asc
limit $limit offset $offset
