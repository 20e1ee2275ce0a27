-- one row per release and scenario of its promotion: streams of its first 30 days. The release's other recordings are
-- as they were. Reads the variable file.
copy (
    with actual as (
        select tracks.release_no, sum(final_state.total_30)::bigint as streams_30
        from final_state
        inner join tracks using (track_id)
        group by tracks.release_no
    ),

    lived as (
        select
            lead_tracks.release_no,
            'actual' as scenario,
            coalesce(promotions.spend, 0) as spend,
            promotions.start_age,
            actual.streams_30
        from lead_tracks
        inner join actual using (release_no)
        left join promotions on lead_tracks.track_id = promotions.track_id and promotions.scenario = 0
    ),

    supposed as (
        select
            lead_tracks.release_no,
            scenarios.name as scenario,
            scenarios.spend,
            scenarios.start_age,
            actual.streams_30 - final_state.total_30 + state.total_30 as streams_30
        from state
        inner join lead_tracks using (track_id)
        inner join actual using (release_no)
        inner join final_state using (track_id)
        inner join scenarios on state.replica = 1000 * scenarios.scenario
    )

    select releases.upc as release_id, every.scenario, every.spend, every.start_age as start_day, every.streams_30
    from (from lived union all from supposed) as every
    inner join releases using (release_no)
    order by release_id, scenario, spend, start_day
) to (getvariable('file')) (format parquet)
