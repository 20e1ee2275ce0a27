-- what every query of the desk stands on, made once a publication

create view memory.main.settings as
select
    costs.class_horizon,
    costs.false_positive_cost / nullif(costs.false_negative_cost, 0) as ratio,
    (select max(minimum_streams) from stream_classes) as top_minimum,
    (select max_by(stream_class, minimum_streams) from stream_classes) as top_class,
    (select max(data_through_date) from publish_info) as through
from promotion_costs as costs;

-- verdicts in the order in which releases are looked at
create macro memory.main.verdict_order() as ['promote', 'watch', 'hit', 'leave', 'unknown', 'closed'];

-- one row per release every day of whose window is known: its total
create table memory.main.outcomes as
select
    days.release_id,
    cast(sum(days.vk_streams) as bigint) as streams
from release_days as days
cross join settings
where days.day_number between 0 and settings.class_horizon - 1
group by days.release_id
having count(days.vk_streams) = max(settings.class_horizon);

-- one row per release with a forecast over `horizon` days, and what it means for who needs the chance `needed`
create macro memory.main.forecasts(horizon, needed) as table
with class_rows as (

    select
        release_id,
        known_streams,
        verdict <> 'closed' as is_open
    from release_predictions
    cross join settings
    where horizon_days = settings.class_horizon

)

select
    predictions.release_id,
    releases.artist_id,
    predictions.artist_name,
    predictions.release_title,
    coalesce(predictions.label_name, 'unknown') as label_name,
    coalesce(predictions.genre, 'unknown') as genre,
    releases.release_type,
    releases.track_count,
    predictions.release_date,
    predictions.horizon_days,
    predictions.as_of_day,
    predictions.known_streams,
    predictions.predicted_streams,
    predictions.expected_streams,
    predictions.lower_80,
    predictions.upper_80,
    predictions.lower_90,
    predictions.upper_90,
    predictions.probability_high,
    predictions.predicted_class,
    predictions.share_to_come,
    predictions.actual_streams,
    predictions.is_final,
    class_rows.is_open,
    predictions.refusal,
    predictions.main_drivers,
    predictions.main_drivers_ru,
    predictions.data_note,
    predictions.data_note_ru,
    predictions.missing_days,
    predictions.vk_days_known,
    predictions.tiktok_days_known,
    predictions.catalog_release_date,
    predictions.is_date_moved,
    predictions.previous_as_of_date,
    predictions.previous_predicted_streams,
    predictions.previous_predicted_class,
    predictions.predicted_streams / nullif(predictions.previous_predicted_streams, 0) - 1 as change,
    predictions.run_id,
    predictions.model_name,
    needed as needed_probability,
    class_rows.known_streams >= settings.top_minimum as is_reached,
    -- what costs do not decide is published, and the rest follows from the chance that the reader needs
    case
        when predictions.verdict in ('closed', 'unknown', 'hit') then predictions.verdict
        when predictions.predicted_streams is null then 'unknown'
        when predictions.probability_high >= needed then 'promote'
        when predictions.probability_high >= needed / 4 then 'watch'
        else 'leave'
    end as verdict,
    class_rows.is_open and predictions.release_date > settings.through - 7 as is_new,
    class_rows.is_open
    and (
        abs(predictions.predicted_streams / nullif(predictions.previous_predicted_streams, 0) - 1) >= 0.2
        or predictions.previous_predicted_class <> predictions.predicted_class
    ) as has_moved,
    class_rows.is_open and predictions.missing_days > 0 as is_late,
    class_rows.is_open
    and (coalesce(predictions.is_date_moved, false) or coalesce(date_checks.is_date_wrong, false)) as is_misdated
from release_predictions as predictions
inner join releases on predictions.release_id = releases.release_id
inner join class_rows on predictions.release_id = class_rows.release_id
left join release_date_checks as date_checks on predictions.release_id = date_checks.release_id
cross join settings
where predictions.horizon_days = horizon
