-- one row per label, genre and kind of release that can be chosen, with how many there are
select
    'label' as choice,
    label_name as name,
    count(*) as release_count
from forecasts($horizon, $needed)
where is_open
group by label_name
union all
select
    'genre' as choice,
    genre as name,
    count(*) as release_count
from forecasts($horizon, $needed)
where is_open
group by genre
order by choice, name
