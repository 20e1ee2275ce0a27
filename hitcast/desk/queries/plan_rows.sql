-- one row per release of the plan, and one for what is better kept
select *
from promotion_plan
order by spend desc nulls last
