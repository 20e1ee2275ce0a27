
  copy (select 0 as row, 0 as part where false)
  to '0/raw' (format parquet, partition_by (part), overwrite_or_ignore true);

  copy (select 0 as row, 0 as part where false)
  to '0/raw/tiktok_sound_days' (format parquet, partition_by (part), overwrite_or_ignore true);

  copy (select 0 as row, 0 as part where false)
  to '0/raw/tiktok_sound_days/activity_date=0001-01-01' (format parquet, partition_by (part), overwrite_or_ignore true);

      copy (
        select
          cast(null as varchar) as sound_id,
          cast(null as varchar) as isrc,
          cast(null as varchar) as content_type,
          cast(null as varchar) as territory,
          cast(null as bigint) as creations,
          cast(null as bigint) as views,
          cast(null as bigint) as likes,
          cast(null as bigint) as comments,
          cast(null as bigint) as shares,
          cast(null as bigint) as favorites,
          cast(null as double) as average_play_seconds
        where false
      ) to '0/raw/tiktok_sound_days/activity_date=0001-01-01/data.parquet' (format parquet);
  copy (select 0 as row, 0 as part where false)
  to '0/raw/catalog_tracks' (format parquet, partition_by (part), overwrite_or_ignore true);

      copy (
        select
          cast(null as varchar) as upc,
          cast(null as varchar) as isrc,
          cast(null as varchar) as release_title,
          cast(null as varchar) as track_title,
          cast(null as varchar) as artist_id,
          cast(null as varchar) as artist_name,
          cast(null as varchar) as label_name,
          cast(null as varchar) as genre,
          cast(null as date) as release_date,
          cast(null as bigint) as track_number,
          cast(null as double) as duration_seconds,
          cast(null as boolean) as is_explicit,
          cast(null as bigint) as delivery_number
        where false
      ) to '0/raw/catalog_tracks/_empty.parquet' (format parquet);
  copy (select 0 as row, 0 as part where false)
  to '0/raw/vk_stream_days' (format parquet, partition_by (part), overwrite_or_ignore true);

  copy (select 0 as row, 0 as part where false)
  to '0/raw/vk_stream_days/stream_date=0001-01-01' (format parquet, partition_by (part), overwrite_or_ignore true);

      copy (
        select
          cast(null as varchar) as isrc,
          cast(null as varchar) as territory,
          cast(null as varchar) as gender,
          cast(null as varchar) as age_band,
          cast(null as varchar) as source,
          cast(null as varchar) as subscription,
          cast(null as bigint) as streams,
          cast(null as bigint) as listeners
        where false
      ) to '0/raw/vk_stream_days/stream_date=0001-01-01/data.parquet' (format parquet);
  copy (select 0 as row, 0 as part where false)
  to '0/raw/landing_deliveries' (format parquet, partition_by (part), overwrite_or_ignore true);

      copy (
        select
          cast(null as varchar) as table_name,
          cast(null as date) as delivered_day,
          cast(null as bigint) as delivery_number,
          cast(null as timestamp) as delivered_at,
          cast(null as bigint) as row_count,
          cast(null as varchar) as file_name,
          cast(null as varchar) as checksum,
          cast(null as boolean) as is_withdrawn
        where false
      ) to '0/raw/landing_deliveries/_empty.parquet' (format parquet);