-- To the futures that are under way: as many copies of the state after some days as are wanted, of the releases that have
-- come that far. Reads the variables as_of_day, replicas and until.
insert into state
select as_of_state.* replace ((getvariable('as_of_day') * 40 + replicas.replica)::integer as replica)
from as_of_state
inner join tracks using (track_id),
    range(1, getvariable('replicas') + 1) as replicas(replica)
where as_of_state.age = getvariable('as_of_day') - 1
    and tracks.release_date + getvariable('as_of_day') - 1 <= getvariable('until');
