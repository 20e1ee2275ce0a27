-- As many copies of the state at day 7 as futures are wanted, of the releases that have come that far. Reads the
-- variables replicas and until.
create or replace temp table state as
select as_of_state.* replace (replicas.replica::integer as replica)
from as_of_state
inner join tracks using (track_id),
    range(1, getvariable('replicas') + 1) as replicas(replica)
where tracks.release_date + 6 <= getvariable('until');
