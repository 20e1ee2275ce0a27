{#- What every model and seed was last built from. `hitcast` compares it with what a model was trained on and with the
    variables that a command was given. A build that was killed leaves no record that is newer than its table. -#}

{#- On-run-start: the table `model_builds`, one row per model or seed. On Spark, records are properties of the tables. -#}
{% macro create_model_builds() %}
  {%- if execute -%}
    {{ adapter.dispatch('create_model_builds', 'hitcast')() }}
  {%- endif -%}
{% endmacro %}

{% macro default__create_model_builds() %}
  create schema if not exists {{ target.schema }};
  create table if not exists {{ target.schema }}.model_builds (
    model_name varchar primary key,
    sql_digest varchar not null,
    parents varchar not null,
    variables varchar not null,
    built_at timestamp not null
  );
  comment on table {{ target.schema }}.model_builds is 'What each model and seed was last built from: one row per model or seed.';
  comment on column {{ target.schema }}.model_builds.model_name is 'Model or seed.';
  comment on column {{ target.schema }}.model_builds.sql_digest is 'MD5 of its compiled SQL without full-line comments and layout; of a seed, of its rows.';
  comment on column {{ target.schema }}.model_builds.parents is 'Models and seeds that it reads, as a JSON list.';
  comment on column {{ target.schema }}.model_builds.variables is 'Variables of the project at that time, as JSON.';
  comment on column {{ target.schema }}.model_builds.built_at is 'When, UTC.';
{% endmacro %}

{% macro spark__create_model_builds() %}{% endmacro %}

{#- Post-hook of every model and seed: records what it was built from, in the transaction that builds it. -#}
{% macro record_build() %}
  {%- if execute -%}
    {%- set parents = [] -%}
    {%- for parent in model.depends_on.get('nodes', []) if parent.split('.')[0] in ('model', 'seed') -%}
      {%- do parents.append(parent.split('.')[-1]) -%}
    {%- endfor -%}
    {%- set variables = {} -%}
    {%- for name in project_variables() -%}
      {%- do variables.update({name: var(name)}) -%}
    {%- endfor -%}
    {%- set build = {
      'model_name': model.name,
      'sql_digest': model.checksum.checksum if model.resource_type == 'seed' else sql_digest(model),
      'parents': tojson(parents | unique | sort),
      'variables': dbt.escape_single_quotes(tojson(variables, sort_keys=true)),
      'built_at': modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%d %H:%M:%S.%f'),
    } -%}
    {{ adapter.dispatch('record_build', 'hitcast')(build) }}
  {%- endif -%}
{% endmacro %}

{% macro default__record_build(build) %}
  insert or replace into {{ target.schema }}.model_builds
  values (
    '{{ build.model_name }}',
    '{{ build.sql_digest }}',
    '{{ build.parents }}',
    '{{ build.variables }}',
    timestamp '{{ build.built_at }}'
  )
{% endmacro %}

{#- Properties cost no job, and are gone with the table that they belong to. -#}
{% macro spark__record_build(build) %}
  alter {{ 'view' if model.config.materialized == 'view' else 'table' }} {{ this }} set tblproperties (
    'hitcast.sql_digest' = '{{ build.sql_digest }}',
    'hitcast.parents' = '{{ build.parents }}',
    'hitcast.variables' = '{{ build.variables }}',
    'hitcast.built_at' = '{{ build.built_at }}'
  )
{% endmacro %}

{#- dbt tells a macro the value of a variable, not their names. -#}
{% macro project_variables() %}
  {{ return(['horizons', 'class_horizon', 'territory', 'teaser_days', 'stressed_releases', 'false_positive_cost', 'false_negative_cost']) }}
{% endmacro %}

{#- Digest of what a model computes: comments on lines of their own and layout are no part of it. -#}
{% macro sql_digest(model) %}
  {%- set sql = modules.re.sub('(?m)^[ \\t]*--.*$', '', model.compiled_code) -%}
  {{ return(local_md5(modules.re.sub('\\s+', ' ', sql).strip())) }}
{% endmacro %}
