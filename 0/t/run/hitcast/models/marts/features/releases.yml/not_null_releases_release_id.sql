
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    



select release_id
from "warehouse"."main"."releases"
where release_id is null



  
  
      
    ) dbt_internal_test