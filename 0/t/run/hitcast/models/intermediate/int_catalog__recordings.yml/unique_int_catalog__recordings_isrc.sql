
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

select
    isrc as unique_field,
    count(*) as n_records

from "warehouse"."main"."int_catalog__recordings"
where isrc is not null
group by isrc
having count(*) > 1



  
  
      
    ) dbt_internal_test