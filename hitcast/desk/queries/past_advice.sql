-- one row per release that was advised on and whose window ended in the last seven days of data
select
    decisions.release_id,
    decisions.artist_name,
    decisions.release_title,
    decisions.first_advised_day,
    decisions.first_advised_at is not null as is_advised,
    decisions.share_to_come,
    decisions.decision,
    decisions.actual_streams,
    decisions.is_top_class,
    decisions.release_date + settings.class_horizon - 1 as window_end
from decisions
cross join settings
where
    decisions.actual_streams is not null
    and decisions.release_date + settings.class_horizon - 1 > settings.through - 7
order by decisions.actual_streams desc, decisions.release_id asc
