
    
      
    

    create  table
      "warehouse"."main"."dataset_days__dbt_tmp"
  
  (
    tiktok_data_through_date date,
    vk_data_through_date date,
    data_through_date date,
    last_delivery_number bigint,
    last_delivered_at timestamp
    
    )
 ;
    
    
    insert into "warehouse"."main"."dataset_days__dbt_tmp" 
  (
    
      
      
      tiktok_data_through_date ,
    
      
      
      vk_data_through_date ,
    
      
      
      data_through_date ,
    
      
      
      last_delivery_number ,
    
      
      
      last_delivered_at 
    
  )
 (
      
    select tiktok_data_through_date, vk_data_through_date, data_through_date, last_delivery_number, last_delivered_at
    from (
        -- one row: how far the landed data reaches
with deliveries as (

    select * from "warehouse"."main"."stg_landing__deliveries"

),

reach as (

    select
        max(delivered_day) filter (
            where table_name = 'tiktok_sound_days' and not is_withdrawn
        ) as tiktok_data_through_date,
        max(delivered_day) filter (
            where table_name = 'vk_stream_days' and not is_withdrawn
        ) as vk_data_through_date,
        max(delivery_number) as last_delivery_number,
        max(delivered_at) as last_delivered_at
    from deliveries

)

select
    tiktok_data_through_date,
    vk_data_through_date,
    least(tiktok_data_through_date, vk_data_through_date) as data_through_date,
    last_delivery_number,
    last_delivered_at
from reach
    ) as model_subq
    );
  