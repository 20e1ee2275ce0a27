-- What a vendor sends on a day: every day of which something is new, as a whole, within a span of days.
create or replace temp table {month} as
select dated.* replace ('first' as delivery)
from {dated} as dated
where dated.day in (select day from {dated} where delivered_on = $delivered_on)
    and dated.day between $first_day and $last_day
    and dated.delivered_on <= $delivered_on
    and coalesce(dated.replaced_on > $delivered_on, true)
