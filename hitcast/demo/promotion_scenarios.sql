-- What might have been spent instead, on the first recording of every release whose month lies within the data: nothing,
-- or the log's 25th, 50th and 90th percentile of spend from day 0, 3 or 7, at the log's price without its noise. Reads the
-- variable until.

-- one row per scenario; the first is no campaign
create or replace temp table scenarios as
with spends as (
    select unnest([0.25, 0.5, 0.9]) as level, unnest(quantile_disc(spend, [0.25, 0.5, 0.9])) as spend
    from promotions
    where scenario = 0
)

select 1 as scenario, 'none' as name, 0::double as spend, null::integer as start_age
union all
select 1 + row_number() over (order by level, start_age)::integer, 'spend', spend, start_age
from spends, (values (0), (3), (7)) as starts(start_age);

create or replace temp table lead_tracks as
select releases.release_no, min(tracks.track_id) as track_id
from releases
inner join tracks using (release_no)
where not releases.is_evergreen and releases.release_date + 29 <= getvariable('until')
group by releases.release_no;

insert into promotions
select scenarios.scenario, lead_tracks.track_id, scenarios.spend / unit_price(), scenarios.spend, scenarios.start_age
from scenarios, lead_tracks
where scenarios.name = 'spend';

create or replace temp table state as
select first_state.* replace (1000 * scenarios.scenario as replica)
from first_state
inner join lead_tracks using (track_id), scenarios;
