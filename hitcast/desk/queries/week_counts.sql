-- one row: how many open releases there are of each kind
select
    count(*) as open_count,
    count(*) filter (where is_new) as new_count,
    count(*) filter (where verdict = 'promote') as promote_count,
    count(*) filter (where verdict = 'watch') as watch_count,
    count(*) filter (where verdict = 'hit') as hit_count,
    count(*) filter (where verdict = 'unknown') as unknown_count,
    count(*) filter (where has_moved) as moved_count,
    count(*) filter (where is_late) as late_count,
    count(*) filter (where is_misdated) as misdated_count
from forecasts($horizon, $needed)
where is_open
