
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  

    select
        release_id, activity_date,
        count(*) as row_count
    from "warehouse"."main"."int_tiktok__release_days"
    group by release_id, activity_date
    having
        count(*) > 1
            or release_id is null
            or activity_date is null


  
  
      
    ) dbt_internal_test