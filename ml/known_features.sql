-- one row per release and as-of day, as far as either platform has delivered
select release_features.* from release_features
cross join dataset_days
where
    as_of_day between 0 and $last
    and as_of_date <= greatest(tiktok_data_through_date, vk_data_through_date) + interval 1 day
order by release_date, release_id, as_of_day
