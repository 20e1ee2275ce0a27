
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  

    select
        release_id, stream_date,
        count(*) as row_count
    from "warehouse"."main"."int_vk__release_days"
    group by release_id, stream_date
    having
        count(*) > 1
            or release_id is null
            or stream_date is null


  
  
      
    ) dbt_internal_test