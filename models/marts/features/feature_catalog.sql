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

    select listed.*
    from (
        values
        {% for feature in features %}
            (
                '{{ feature.name }}',
                '{{ feature.config.meta.feature_group }}',
                '{{ feature.config.meta.feature_kind }}',
                '{{ feature.config.meta.unit or '' }}',
                '{{ dbt.escape_single_quotes(feature.description) }}',
                {{ loop.index }}
            ),
        {% endfor %}
        -- filtered out again: it gives the types where dbt parses without columns
        ('', '', '', '', '', 0)
    ) as listed (feature_name, feature_group, feature_kind, unit, description, position)
    where listed.position > 0

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
