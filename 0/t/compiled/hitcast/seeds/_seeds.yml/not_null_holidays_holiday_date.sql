
    
    



select holiday_date
from "warehouse"."main"."holidays"
where holiday_date is null


