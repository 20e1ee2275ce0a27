
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  

    select
        release_id, horizon_days,
        count(*) as row_count
    from "warehouse"."main"."release_targets"
    group by release_id, horizon_days
    having
        count(*) > 1
            or release_id is null
            or horizon_days is null


  
  
      
    ) dbt_internal_test