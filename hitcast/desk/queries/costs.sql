-- one row: what advice goes by
select
    class_horizon,
    ratio,
    top_minimum,
    top_class
from settings
