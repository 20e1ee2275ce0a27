-- one row per release that promoting was advised for, or that somebody decided about
-- `hitcast.serving.decisions` reads this SQL too, over what is published: a note is seen before the next run
with history as (

    select * from {{ ref('prediction_history') }}
    where
        horizon_days = {{ var('class_horizon') }}
        and probability_high is not null

),

releases as (

    select * from {{ ref('releases') }}

),

recorded as (

    select
        *,
        row_number() over (partition by release_id order by decided_at desc, decision_id desc) as recency_rank
    from {{ ref('stg_ml__decisions') }}

),

targets as (

    select * from {{ ref('release_targets') }}
    where horizon_days = {{ var('class_horizon') }}

),

classes as (

    select * from {{ ref('stream_classes') }}

),

campaigns as (

    select
        release_id,
        min(start_date) as start_date,
        sum(spend) as spend,
        -- sums of several currencies are none
        case when count(distinct coalesce(currency, '')) = 1 then min(currency) else 'several' end as currency
    from {{ ref('campaigns') }}
    where release_id is not null
    group by release_id

),

top_class as (

    select max(minimum_streams) as minimum_streams from classes

),

-- a release that is a hit already is not advised
advised as (

    select
        history.release_id,
        min(history.predicted_at) as first_advised_at,
        min_by(history.as_of_day, history.predicted_at) as first_advised_day,
        min_by(history.known_streams, history.predicted_at) as first_advised_streams
    from history
    cross join top_class
    where
        {{ promotion_value('history.probability_high') }} >= 0
        and coalesce(history.known_streams, 0) < top_class.minimum_streams
    group by history.release_id

),

-- money that was spent is a fact, whatever was noted
decided as (

    select
        releases.release_id,
        case when campaigns.release_id is not null then 'promoted' else recorded.decision end as decision,
        case when campaigns.release_id is not null then 'campaign log' else 'person' end as decided_by,
        case
            when campaigns.release_id is not null then cast(campaigns.start_date as timestamp)
            else recorded.decided_at
        end as decided_at,
        coalesce(campaigns.spend, recorded.spend) as spend,
        campaigns.currency,
        recorded.note,
        recorded.label_forecast
    from releases
    left join campaigns on releases.release_id = campaigns.release_id
    left join recorded on releases.release_id = recorded.release_id and recorded.recency_rank = 1
    where coalesce(campaigns.release_id, recorded.release_id) is not null

),

-- the forecast that stood when it was decided: the latest one made by then, of the days before the campaign
standing as (

    select
        decided.release_id,
        max_by(history.as_of_day, (history.as_of_date, history.predicted_at)) as as_of_day,
        max_by(history.predicted_streams, (history.as_of_date, history.predicted_at)) as predicted_streams,
        max_by(history.probability_high, (history.as_of_date, history.predicted_at)) as probability_high,
        max_by(coalesce(history.known_streams, 0), (history.as_of_date, history.predicted_at)) as known_streams
    from decided
    inner join history
        on
            decided.release_id = history.release_id
            and case
                when decided.decided_by = 'person' then decided.decided_at >= history.predicted_at
                else cast(decided.decided_at as date) >= history.as_of_date
            end
    group by decided.release_id

)

select
    releases.release_id,
    releases.artist_name,
    releases.release_title,
    releases.label_name,
    releases.release_date,
    advised.first_advised_at,
    advised.first_advised_day,
    advised.first_advised_streams,
    1 - advised.first_advised_streams / nullif(targets.streams, 0) as share_to_come,
    decided.decision,
    case when decided.decision is not null then decided.decided_by end as decided_by,
    decided.decided_at,
    decided.spend,
    decided.currency,
    decided.note,
    decided.label_forecast,
    standing.as_of_day as decided_as_of_day,
    standing.predicted_streams,
    standing.probability_high,
    case
        when standing.known_streams < top_class.minimum_streams
            then {{ promotion_value('standing.probability_high') }} >= 0
    end as is_advised,
    targets.streams as actual_streams,
    targets.streams >= top_class.minimum_streams as is_top_class
from releases
left join advised on releases.release_id = advised.release_id
left join decided on releases.release_id = decided.release_id
left join standing on releases.release_id = standing.release_id
left join targets on releases.release_id = targets.release_id
cross join top_class
where coalesce(advised.release_id, decided.release_id) is not null
