-- one row per campaign that was known and comes otherwise
select concat_ws(' ', {name}), arrived.start_date, landed.spend, arrived.spend, {values}
from arrived inner join landed on {is_same}
where {differs}
order by all
