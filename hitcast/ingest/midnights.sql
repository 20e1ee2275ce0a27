-- one row per file most of whose times are midnight in some zone, of another day than the one that they are taken for
with moments as (select distinct file_number, day, moment from ({moments}) where moment is not null),

files as (select file_number, count(*) as moment_count from moments group by file_number),

zones as (select unnest($zones) as zone, generate_subscripts($zones, 1) as place),

-- no zone's midnight is off the quarter of an hour in UTC
local_times as (
    select file_number, day, moment, zone, place, timezone(zone, timezone('UTC', moment)) as local_time
    from moments
    cross join zones
    where cast(epoch(moment) as bigint) % 900 = 0
),

counted as (
    select file_number, zone, place, count(*) as early_count, min(moment) as first_moment
    from local_times
    where cast(local_time as time) = time '00:00:00' and cast(local_time as date) <> day
    group by file_number, zone, place
)

select file_number, zone, strftime(first_moment, '%H:%M') as utc_time
from counted
inner join files using (file_number)
where early_count > $share * moment_count
qualify row_number() over (partition by file_number order by early_count desc, place asc) = 1
order by file_number
