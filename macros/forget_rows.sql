{#- Drops the rows of an incremental model that are about to be built again. The condition is never null. -#}
{% macro forget_rows(is_stale) -%}
  {{ adapter.dispatch('forget_rows', 'hitcast')(is_stale) }}
{%- endmacro %}

{% macro default__forget_rows(is_stale) -%}
  delete from {{ this }} where {{ is_stale }}
{%- endmacro %}

{#- Parquet tables take no deletion. A partition of stale rows alone is dropped, one that holds others too is written
    over without them; a table without partitions is written anew beside and takes the old one's place. Wherever a run is
    killed, the next one still finds what remains to be built again. -#}
{% macro spark__forget_rows(is_stale) -%}
  {%- set day_column = config.get('partition_by') -%}
  {%- if day_column -%}
    {%- set touched_days -%}
      select
        stale_days.{{ day_column }} as touched_day,
        stale_days.row_count = held_days.row_count as is_wholly_stale
      from (
        select {{ day_column }}, count(*) as row_count from {{ this }} where {{ is_stale }} group by {{ day_column }}
      ) as stale_days
      inner join (
        select {{ day_column }}, count(*) as row_count from {{ this }} group by {{ day_column }}
      ) as held_days
        on stale_days.{{ day_column }} = held_days.{{ day_column }}
    {%- endset -%}
    {%- set touched = run_query(touched_days) -%}
    {%- set whole, mixed = [], [] -%}
    {%- for row in touched.rows -%}
      {%- do (whole if row[1] else mixed).append("date '" ~ row[0] ~ "'") -%}
    {%- endfor -%}
    {%- if mixed -%}
      {%- do run_query('set spark.sql.sources.partitionOverwriteMode = dynamic') -%}
      {%- do run_query(
        'insert overwrite table ' ~ this ~ ' partition (' ~ day_column ~ ') select * from ' ~ this
        ~ ' where ' ~ day_column ~ ' in (' ~ mixed | join(', ') ~ ') and not (' ~ is_stale ~ ')'
      ) -%}
    {%- endif -%}
    {%- if whole -%}
      {%- set partitions = [] -%}
      {%- for day in whole -%}
        {%- do partitions.append('partition (' ~ day_column ~ ' = ' ~ day ~ ')') -%}
      {%- endfor -%}
      {%- do run_query('alter table ' ~ this ~ ' drop if exists ' ~ partitions | join(', ')) -%}
    {%- endif -%}
  {%- else -%}
    {%- set stale = run_query('select count(*) from ' ~ this ~ ' where ' ~ is_stale) -%}
    {%- if stale.rows[0][0] -%}
      {%- set kept = this.incorporate(path={'identifier': this.identifier ~ '__kept'}) -%}
      {%- do run_query('drop table if exists ' ~ kept) -%}
      {%- do run_query('create table ' ~ kept ~ ' using parquet as select * from ' ~ this ~ ' where not (' ~ is_stale ~ ')') -%}
      {%- do run_query('drop table ' ~ this) -%}
      {%- do run_query('alter table ' ~ kept ~ ' rename to ' ~ this) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}
