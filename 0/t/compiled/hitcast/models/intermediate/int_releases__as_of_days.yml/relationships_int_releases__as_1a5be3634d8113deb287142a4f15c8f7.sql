
    
    

with child as (
    select release_id as from_field
    from "warehouse"."main"."int_releases__as_of_days"
    where release_id is not null
),

parent as (
    select release_id as to_field
    from "warehouse"."main"."releases"
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null


