-- one row per feature of the champion, those furthest beyond their limit first
select
    feature_drift.*,
    stability_index / nullif(index_limit, 0) as limits
from feature_drift
order by is_main desc, limits desc nulls last, feature_name
limit 40
