
    
    



select delivered_day
from "warehouse"."main"."int_landing__days"
where delivered_day is null


