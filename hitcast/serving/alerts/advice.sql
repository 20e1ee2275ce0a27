-- one row: what advice goes by
select
    class_horizon,
    false_positive_cost / (false_positive_cost + false_negative_cost) as needed_probability,
    (select max(minimum_streams) from stream_classes) as top_minimum,
    (select max_by(stream_class, minimum_streams) from stream_classes) as top_class
from promotion_costs
