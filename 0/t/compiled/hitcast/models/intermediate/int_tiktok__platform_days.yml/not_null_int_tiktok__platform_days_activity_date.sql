
    
    



select activity_date
from "warehouse"."main"."int_tiktok__platform_days"
where activity_date is null


