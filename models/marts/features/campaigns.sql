-- one row per campaign of the log that has a spend: promoted release or recording, campaign, channel and start
with spends as (

    select * from {{ ref('stg_promotion__spends') }}
    -- a campaign that was called off
    where spend > 0

),

releases as (

    select * from {{ ref('releases') }}

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

-- a recording stands for the first release that carries it, as its streams do
credited as (

    select
        spends.*,
        coalesce(named.release_id, recordings.release_id) as credited_release_id
    from spends
    left join releases as named on spends.release_id = named.release_id
    left join recordings on spends.isrc = recordings.isrc

)

select
    credited.credited_release_id as release_id,
    credited.release_id as promoted_upc,
    credited.isrc as promoted_isrc,
    credited.campaign_name,
    credited.channel,
    credited.start_date,
    credited.end_date,
    cast({{ days_since_release('credited.start_date', 'releases.release_date') }} as integer) as start_day,
    credited.spend,
    credited.currency
from credited
left join releases on credited.credited_release_id = releases.release_id
