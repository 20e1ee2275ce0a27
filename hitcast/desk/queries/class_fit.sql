-- one row: how many past releases have reached the top class, and the most streams that any has had
select
    count(outcomes.release_id) as release_count,
    count(outcomes.release_id) filter (where outcomes.streams >= settings.top_minimum) as top_count,
    max(outcomes.streams) as most_streams,
    any_value(settings.top_class) as top_class,
    any_value(settings.top_minimum) as top_minimum,
    any_value(settings.class_horizon) as class_horizon
from settings
left join outcomes on true
