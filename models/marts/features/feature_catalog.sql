-- one row per feature of release_features, read from its YAML

{% set features = [] %}
{% set groups = {} %}
{% if execute %}
    {% set model = graph.nodes['model.hitcast.release_features'] %}
    {% do groups.update(model.config.meta.feature_groups) %}
    {% for column in model.columns.values() if column.config.meta.feature_group %}
        {% do features.append(column) %}
    {% endfor %}
{% endif %}

with features as (

    select listed.*
    from (
        values
        {% for feature in features %}
            {% set meta = feature.config.meta %}
            {% set group = groups.get(meta.feature_group, {}) %}
            {% set texts = [
                feature.name, meta.feature_group, meta.reason_group or group.reason_group or meta.feature_group,
                group.en or meta.feature_group, group.ru or meta.feature_group, meta.feature_kind, meta.unit, meta.form,
                meta.label_en, meta.label_ru, meta.phrase_en, meta.phrase_ru, meta.unknown_en, meta.unknown_ru,
                feature.description,
            ] %}
            (
                {% for text in texts %}
                    '{{ dbt.escape_single_quotes(text or '') }}',
                {% endfor %}
                {{ loop.index }}
            ),
        {% endfor %}
        -- filtered out again: it gives the types where dbt parses without columns
        ('', '', '', '', '', '', '', '', '', '', '', '', '', '', '', 0)
    )
        as listed (
            feature_name,
            feature_group,
            reason_group,
            group_label_en,
            group_label_ru,
            feature_kind,
            unit,
            form,
            label_en,
            label_ru,
            phrase_en,
            phrase_ru,
            unknown_en,
            unknown_ru,
            description,
            position
        )
    where listed.position > 0

)

select
    feature_name,
    feature_group,
    reason_group,
    nullif(group_label_en, '') as group_label_en,
    nullif(group_label_ru, '') as group_label_ru,
    feature_kind,
    unit,
    nullif(form, '') as form,
    nullif(label_en, '') as label_en,
    nullif(label_ru, '') as label_ru,
    nullif(phrase_en, '') as phrase_en,
    nullif(phrase_ru, '') as phrase_ru,
    nullif(unknown_en, '') as unknown_en,
    nullif(unknown_ru, '') as unknown_ru,
    description,
    position
from features
-- depends on: {{ ref('release_features') }}
