
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    



select isrc
from "warehouse"."main"."int_catalog__recordings"
where isrc is null



  
  
      
    ) dbt_internal_test