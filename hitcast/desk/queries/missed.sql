-- one row: releases whose window ended in the last seven days of data, and those of the top class among them
select
    count(*) as ended_count,
    count(*) filter (where actual_streams >= settings.top_minimum) as top_count
from release_predictions
cross join settings
where
    horizon_days = settings.class_horizon
    and actual_streams is not null
    and release_date + settings.class_horizon - 1 > settings.through - 7
