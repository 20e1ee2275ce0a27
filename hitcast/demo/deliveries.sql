-- What the vendors' deliveries suffer. Reads the variables seed and until.

-- one row per table and day that was not simply delivered whole and once. `late` comes with the corrections,
-- `corrected` was delivered wrong and is sent again, `never` is lost.
create or replace table delivery_faults as
with days as (
    select
        table_name,
        day,
        row_number() over (
            partition by table_name, year(day)
            order by draw('fault ' || table_name, day - date '2019-01-01')
        ) as yearly_place,
        -- A lost day of VK takes the target from a month of releases: it lies early.
        row_number() over (
            partition by table_name
            order by
                table_name = 'vk' and day >= date '2020-07-01',
                draw('lost ' || table_name, day - date '2019-01-01')
        ) as place
    from calendar, (values ('tiktok'), ('vk')) as tables(table_name)
    where day between date '2019-02-01' and date '2021-12-30'
)

select
    table_name,
    day,
    case
        when place <= case table_name when 'tiktok' then 3 else 1 end then 'never'
        when yearly_place <= 3 then 'corrected'
        else 'late'
    end as fault
from days
where (place <= case table_name when 'tiktok' then 3 else 1 end or yearly_place <= 5)
    and day <= getvariable('until');

-- one row per audience, gender and age band: `low` to `high` is its part of the listening
create or replace table audience_cells as
with cells as (
    select
        audience,
        gender,
        age_band,
        gender_no * 10 + age_no as cell_no,
        case gender_no when 0 then 0.42 + 0.05 * (audience % 4) when 1 then 0.5 - 0.05 * (audience % 4) else 0.08 end
        * exp(-0.5 * pow((age_no - 0.4 - 0.3 * (audience // 2)) / 1.1, 2)) as weight
    from range(8) as audiences(audience),
        (values (0, 'Женский'), (1, 'Мужской'), (2, 'Не указан')) as genders(gender_no, gender),
        (values (0, 'до 18'), (1, '18-24'), (2, '25-34'), (3, '35-44'), (4, '45+')) as ages(age_no, age_band)
    where gender_no < 2 or age_no = 1
)

select
    audience,
    gender,
    if(gender = 'Не указан', gender, age_band) as age_band,
    coalesce(sum(weight) over before / sum(weight) over whole_audience, 0) as low,
    case when cell_no = max(cell_no) over whole_audience then 1
        else sum(weight) over through / sum(weight) over whole_audience end as high
from cells
window
    whole_audience as (partition by audience),
    through as (partition by audience order by cell_no),
    before as (partition by audience order by cell_no rows between unbounded preceding and 1 preceding);
