
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  

    select
        release_id,
        count(*) as row_count
    from "warehouse"."main"."int_releases__artist_history"
    group by release_id
    having
        count(*) > 1
            or release_id is null


  
  
      
    ) dbt_internal_test