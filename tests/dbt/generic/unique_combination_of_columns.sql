{#- The columns together are a model's key: never twice, and never null but in those named as nullable. Name and first
    argument are those of dbt_utils, which dbt's linters know; no package is installed. -#}
{% test unique_combination_of_columns(model, combination_of_columns, nullable=[]) %}

    select
        {{ combination_of_columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ combination_of_columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in combination_of_columns if column not in nullable %}
            or {{ column }} is null
        {%- endfor %}

{% endtest %}
