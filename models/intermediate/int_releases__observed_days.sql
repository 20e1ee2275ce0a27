-- one row per release and day around the catalog's date: VK streams, null where nobody knows whether there were any
with recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

whole_days as (

    select delivered_day from {{ ref('int_landing__days') }}
    where vk_state = 'whole'

),

partial_days as (

    select * from {{ ref('int_releases__partial_days') }}
    where vk_state = 'partial'

),

vk_days as (

    select * from {{ ref('int_vk__release_days') }}

),

released as (

    select
        release_id,
        min(release_date) as catalog_release_date
    from recordings
    group by release_id

),

day_numbers as (

    select numbered.day_number
    from (
        values
        {% for day_number in range(first_kept_day() | int, last_observed_day() | int + 1) -%}
            ({{ day_number }}){{ ',' if not loop.last }}
        {% endfor %}
    ) as numbered (day_number)

)

select
    released.release_id,
    day_numbers.day_number,
    case
        when whole_days.delivered_day is not null and partial_days.delivered_day is null
            then coalesce(vk_days.streams, 0)
    end as streams
from released
cross join day_numbers
left join whole_days on released.catalog_release_date + day_numbers.day_number = whole_days.delivered_day
left join partial_days
    on
        released.release_id = partial_days.release_id
        and released.catalog_release_date + day_numbers.day_number = partial_days.delivered_day
left join vk_days
    on
        released.release_id = vk_days.release_id
        and day_numbers.day_number = vk_days.day_number
