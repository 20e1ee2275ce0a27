-- one row per feature of release_features, read from its YAML
{{ config(materialized='view') }}

{% set features = [] %}
{% if execute %}
    {% set columns = graph.nodes['model.hitcast.release_features'].columns.values() %}
    {% for column in columns if column.config.meta.feature_group %}
        {% do features.append(column) %}
    {% endfor %}
{% endif %}

with features as (

    {% for feature in features %}
        select
            cast({{ loop.index }} as integer) as position,
            '{{ feature.name }}' as feature_name,
            '{{ feature.config.meta.feature_group }}' as feature_group,
            '{{ feature.config.meta.feature_kind }}' as feature_kind,
            '{{ feature.config.meta.unit or '' }}' as unit,
            '{{ dbt.escape_single_quotes(feature.description) }}' as description
        {{ 'union all' if not loop.last }}
    {% else %}
        select
            cast(0 as integer) as position,
            '' as feature_name,
            '' as feature_group,
            '' as feature_kind,
            '' as unit,
            '' as description
        where false
    {% endfor %}

)

select
    feature_name,
    feature_group,
    feature_kind,
    unit,
    description,
    position
from features
-- depends on: {{ ref('release_features') }}
