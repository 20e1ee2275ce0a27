
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

with all_values as (

    select
        feature_group as value_field,
        count(*) as n_records

    from "warehouse"."main"."feature_catalog"
    group by feature_group

)

select *
from all_values
where value_field not in (
    'tiktok_views','tiktok_creations','tiktok_engagement','tiktok_likes','tiktok_sounds','tiktok_prerelease','tiktok_platform','vk_early','calendar','competition','catalog','artist_history'
)



  
  
      
    ) dbt_internal_test