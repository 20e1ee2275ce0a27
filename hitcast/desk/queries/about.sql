-- one row: what the publication says of itself
select
    max(data_through_date) as through,
    max(published_at) as published_at,
    max(run_id) as run_id,
    max(model_name) as model_name,
    max(territory) as territory,
    bool_or(is_demo) as is_demo
from publish_info
