
    
      
    

    create  table
      "warehouse"."main"."release_targets"
  
  (
    release_id varchar not null,
    horizon_days integer not null,
    release_date date not null,
    window_end_date date not null,
    streams bigint,
    is_reissue boolean not null,
    is_mature boolean not null,
    delivery_number bigint
    
    )
 ;
    
    
    insert into "warehouse"."main"."release_targets" 
  (
    
      
      
      release_id ,
    
      
      
      horizon_days ,
    
      
      
      release_date ,
    
      
      
      window_end_date ,
    
      
      
      streams ,
    
      
      
      is_reissue ,
    
      
      
      is_mature ,
    
      
      
      delivery_number 
    
  )
 (
      
    select release_id, horizon_days, release_date, window_end_date, streams, is_reissue, is_mature, delivery_number
    from (
        -- one row per release and horizon; streams of days 0 to horizon - 1, null until every day of the window is loaded

-- depends_on: "warehouse"."main"."stg_catalog__tracks"

with releases as (

    select * from "warehouse"."main"."releases"

),

vk_days as (

    select * from "warehouse"."main"."int_vk__release_days"

),

days as (

    select * from "warehouse"."main"."int_landing__days"
    where is_vk_delivered

),

horizons as (

    select cast(14 as integer) as horizon_days
        union all
    select cast(30 as integer) as horizon_days
        
    

),

last_delivery as (

    select max(delivery_number) as delivery_number from "warehouse"."main"."stg_landing__deliveries"

),

all_windows as (

    select
        releases.release_id,
        releases.release_date,
        releases.is_reissue,
        horizons.horizon_days,
        releases.release_date + (horizons.horizon_days - 1) as window_end_date
    from releases
    cross join horizons

),

windows as (

    select * from all_windows
    

),

loaded as (

    select
        windows.release_id,
        windows.horizon_days,
        count(*) as loaded_days
    from windows
    inner join days
        on
            windows.release_date <= days.delivered_day
            and windows.window_end_date >= days.delivered_day
    group by windows.release_id, windows.horizon_days

),

streamed as (

    select
        windows.release_id,
        windows.horizon_days,
        cast(sum(vk_days.streams) as bigint) as streams
    from windows
    inner join vk_days
        on
            windows.release_id = vk_days.release_id
            and windows.horizon_days > vk_days.day_number
    group by windows.release_id, windows.horizon_days

)

select
    windows.release_id,
    windows.horizon_days,
    windows.release_date,
    windows.window_end_date,
    case when loaded.loaded_days = windows.horizon_days then coalesce(streamed.streams, 0) end as streams,
    windows.is_reissue,
    coalesce(loaded.loaded_days = windows.horizon_days, false) as is_mature,
    last_delivery.delivery_number
from windows
cross join last_delivery
left join loaded
    on
        windows.release_id = loaded.release_id
        and windows.horizon_days = loaded.horizon_days
left join streamed
    on
        windows.release_id = streamed.release_id
        and windows.horizon_days = streamed.horizon_days
    ) as model_subq
    );
  
  