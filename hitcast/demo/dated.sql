-- Adds a vendor's month to its dated rows, each with the delivery that brings it first and the one that replaces it. A day
-- comes with the first delivery after it; what is late or sent again comes with the next one, and with the first delivery
-- in the archive; a sound matched late comes, with its whole past, with the first delivery after its match.
insert into {dated}
with matched as (
    select
        month_rows.*,
        {matched_on} as matched_on
    from {month} as month_rows
    inner join (select track_id, release_date from tracks) as births using (track_id)
),

delivered as (
    select
        matched.* exclude (matched_on),
        days.is_archive,
        greatest(
            case when matched.delivery = 'corrections' and not days.is_archive then days.next_on
                else days.delivered_on end,
            case when matched.matched_on is not null then coalesce(matches.delivered_on, date '9999-12-31') end
        ) as delivered_on,
        case when matched.delivery = 'first' and matched.fault = 'corrected' then days.next_on end as replaced_on
    from matched
    asof join delivery_days as days on matched.day < days.delivered_on
    asof left join delivery_days as matches on matched.matched_on <= matches.delivered_on
    where matched.delivery = 'first' or days.is_archive or days.next_on is not null
)

select * exclude (is_archive)
from delivered
where not (is_archive and delivery = 'first' and fault = 'corrected')
