-- one row per release, days known and horizon that is open then. Sums run over integers, so that no order of addition
-- shows. Reads the variables file and until.
copy (
    with futures as (
        select
            tracks.release_no,
            state.replica // 40 as as_of_day,
            state.replica,
            sum(state.total_14)::bigint as total_14,
            sum(state.total_30)::bigint as total_30
        from state
        inner join tracks using (track_id)
        group by all
    ),

    lengthened as (
        select release_no, as_of_day, replica, unnest([14, 30]) as horizon_days, unnest([total_14, total_30]) as total
        from futures
    ),

    realised as (
        select
            tracks.release_no,
            unnest([14, 30]) as horizon_days,
            unnest([sum(total_14), sum(total_30)])::bigint as streams
        from final_state
        inner join tracks using (track_id)
        group by tracks.release_no
    )

    select
        releases.upc as release_id,
        lengthened.as_of_day,
        lengthened.horizon_days,
        sum(lengthened.total) / count(*) as expected_streams,
        sum(round(1e9 * ln(1 + lengthened.total))::bigint) / 1e9 / count(*) as expected_log1p_streams,
        if(releases.release_date + lengthened.horizon_days - 1 <= getvariable('until'), realised.streams, null)
            as realised_streams
    from lengthened
    inner join releases using (release_no)
    inner join realised using (release_no, horizon_days)
    where lengthened.horizon_days > lengthened.as_of_day
    group by
        releases.upc, releases.release_date, lengthened.as_of_day, lengthened.horizon_days, realised.streams
    order by release_id, as_of_day, horizon_days
) to (getvariable('file')) (format parquet)
