
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

select
    release_id as unique_field,
    count(*) as n_records

from "warehouse"."main"."releases"
where release_id is not null
group by release_id
having count(*) > 1



  
  
      
    ) dbt_internal_test