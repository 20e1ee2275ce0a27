-- one row per campaign that began in the last 30 days of data or is planned
select
    campaigns.*,
    releases.artist_name,
    releases.release_title
from campaigns
cross join settings
left join releases on campaigns.release_id = releases.release_id
where campaigns.start_date > settings.through - 30
order by campaigns.start_date desc, campaigns.release_id
limit 20
