{#- The columns together are a model's key: never twice, and never null but in those named as nullable. -#}
{% test unique_combination(model, columns, nullable=[]) %}

    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns if column not in nullable %}
            or {{ column }} is null
        {%- endfor %}

{% endtest %}
