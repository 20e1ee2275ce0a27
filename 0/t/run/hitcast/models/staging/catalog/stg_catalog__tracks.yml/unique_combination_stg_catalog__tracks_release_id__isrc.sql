
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  

    select
        release_id, isrc,
        count(*) as row_count
    from "warehouse"."main"."stg_catalog__tracks"
    group by release_id, isrc
    having
        count(*) > 1
            or release_id is null
            or isrc is null


  
  
      
    ) dbt_internal_test