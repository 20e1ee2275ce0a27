create schema if not exists ml;
    create table if not exists ml.predictions (
      run_id varchar,
      model_name varchar,
      feature_set varchar,
      release_id varchar,
      horizon_days integer,
      as_of_day integer,
      as_of_date date,
      known_streams bigint,
      predicted_streams double,
      expected_streams double,
      lower_80 double,
      upper_80 double,
      lower_90 double,
      upper_90 double,
      probability_low double,
      probability_medium double,
      probability_high double,
      predicted_class varchar,
      refusal varchar,
      predicted_at timestamp,
      data_through_date date
    );
    alter table ml.predictions add column if not exists run_id varchar;
    alter table ml.predictions add column if not exists model_name varchar;
    alter table ml.predictions add column if not exists feature_set varchar;
    alter table ml.predictions add column if not exists release_id varchar;
    alter table ml.predictions add column if not exists horizon_days integer;
    alter table ml.predictions add column if not exists as_of_day integer;
    alter table ml.predictions add column if not exists as_of_date date;
    alter table ml.predictions add column if not exists known_streams bigint;
    alter table ml.predictions add column if not exists predicted_streams double;
    alter table ml.predictions add column if not exists expected_streams double;
    alter table ml.predictions add column if not exists lower_80 double;
    alter table ml.predictions add column if not exists upper_80 double;
    alter table ml.predictions add column if not exists lower_90 double;
    alter table ml.predictions add column if not exists upper_90 double;
    alter table ml.predictions add column if not exists probability_low double;
    alter table ml.predictions add column if not exists probability_medium double;
    alter table ml.predictions add column if not exists probability_high double;
    alter table ml.predictions add column if not exists predicted_class varchar;
    alter table ml.predictions add column if not exists refusal varchar;
    alter table ml.predictions add column if not exists predicted_at timestamp;
    alter table ml.predictions add column if not exists data_through_date date;
    create table if not exists ml.prediction_drivers (
      run_id varchar,
      release_id varchar,
      horizon_days integer,
      driver_kind varchar,
      driver_rank integer,
      feature_name varchar,
      feature_value varchar,
      contribution double,
      reason varchar
    );
    alter table ml.prediction_drivers add column if not exists run_id varchar;
    alter table ml.prediction_drivers add column if not exists release_id varchar;
    alter table ml.prediction_drivers add column if not exists horizon_days integer;
    alter table ml.prediction_drivers add column if not exists driver_kind varchar;
    alter table ml.prediction_drivers add column if not exists driver_rank integer;
    alter table ml.prediction_drivers add column if not exists feature_name varchar;
    alter table ml.prediction_drivers add column if not exists feature_value varchar;
    alter table ml.prediction_drivers add column if not exists contribution double;
    alter table ml.prediction_drivers add column if not exists reason varchar;
    create table if not exists ml.similar_releases (
      run_id varchar,
      release_id varchar,
      horizon_days integer,
      similarity_rank integer,
      similar_release_id varchar,
      distance double,
      streams bigint
    );
    alter table ml.similar_releases add column if not exists run_id varchar;
    alter table ml.similar_releases add column if not exists release_id varchar;
    alter table ml.similar_releases add column if not exists horizon_days integer;
    alter table ml.similar_releases add column if not exists similarity_rank integer;
    alter table ml.similar_releases add column if not exists similar_release_id varchar;
    alter table ml.similar_releases add column if not exists distance double;
    alter table ml.similar_releases add column if not exists streams bigint;
    create table if not exists ml.backtest_predictions (
      run_id varchar,
      feature_set varchar,
      model_name varchar,
      origin_date date,
      release_id varchar,
      as_of_day integer,
      horizon_days integer,
      known_streams bigint,
      predicted_streams double,
      expected_streams double,
      lower_80 double,
      upper_80 double,
      lower_90 double,
      upper_90 double,
      actual_streams bigint
    );
    alter table ml.backtest_predictions add column if not exists run_id varchar;
    alter table ml.backtest_predictions add column if not exists feature_set varchar;
    alter table ml.backtest_predictions add column if not exists model_name varchar;
    alter table ml.backtest_predictions add column if not exists origin_date date;
    alter table ml.backtest_predictions add column if not exists release_id varchar;
    alter table ml.backtest_predictions add column if not exists as_of_day integer;
    alter table ml.backtest_predictions add column if not exists horizon_days integer;
    alter table ml.backtest_predictions add column if not exists known_streams bigint;
    alter table ml.backtest_predictions add column if not exists predicted_streams double;
    alter table ml.backtest_predictions add column if not exists expected_streams double;
    alter table ml.backtest_predictions add column if not exists lower_80 double;
    alter table ml.backtest_predictions add column if not exists upper_80 double;
    alter table ml.backtest_predictions add column if not exists lower_90 double;
    alter table ml.backtest_predictions add column if not exists upper_90 double;
    alter table ml.backtest_predictions add column if not exists actual_streams bigint;
    create table if not exists ml.backtest_class_predictions (
      run_id varchar,
      feature_set varchar,
      model_name varchar,
      origin_date date,
      release_id varchar,
      as_of_day integer,
      horizon_days integer,
      probability_low double,
      probability_medium double,
      probability_high double,
      predicted_class varchar,
      actual_class varchar
    );
    alter table ml.backtest_class_predictions add column if not exists run_id varchar;
    alter table ml.backtest_class_predictions add column if not exists feature_set varchar;
    alter table ml.backtest_class_predictions add column if not exists model_name varchar;
    alter table ml.backtest_class_predictions add column if not exists origin_date date;
    alter table ml.backtest_class_predictions add column if not exists release_id varchar;
    alter table ml.backtest_class_predictions add column if not exists as_of_day integer;
    alter table ml.backtest_class_predictions add column if not exists horizon_days integer;
    alter table ml.backtest_class_predictions add column if not exists probability_low double;
    alter table ml.backtest_class_predictions add column if not exists probability_medium double;
    alter table ml.backtest_class_predictions add column if not exists probability_high double;
    alter table ml.backtest_class_predictions add column if not exists predicted_class varchar;
    alter table ml.backtest_class_predictions add column if not exists actual_class varchar;
    create table if not exists ml.backtest_metrics (
      run_id varchar,
      task varchar,
      feature_set varchar,
      model_name varchar,
      as_of_day integer,
      horizon_days integer,
      metric_name varchar,
      metric_value double,
      release_count bigint,
      evaluated_at timestamp
    );
    alter table ml.backtest_metrics add column if not exists run_id varchar;
    alter table ml.backtest_metrics add column if not exists task varchar;
    alter table ml.backtest_metrics add column if not exists feature_set varchar;
    alter table ml.backtest_metrics add column if not exists model_name varchar;
    alter table ml.backtest_metrics add column if not exists as_of_day integer;
    alter table ml.backtest_metrics add column if not exists horizon_days integer;
    alter table ml.backtest_metrics add column if not exists metric_name varchar;
    alter table ml.backtest_metrics add column if not exists metric_value double;
    alter table ml.backtest_metrics add column if not exists release_count bigint;
    alter table ml.backtest_metrics add column if not exists evaluated_at timestamp;
    create table if not exists ml.experiments (
      run_id varchar,
      experiment varchar,
      question varchar,
      answer varchar,
      feature_set varchar,
      horizon_days integer,
      metric_name varchar,
      variant varchar,
      value double,
      lower_95 double,
      upper_95 double,
      release_count bigint,
      evaluated_at timestamp
    );
    alter table ml.experiments add column if not exists run_id varchar;
    alter table ml.experiments add column if not exists experiment varchar;
    alter table ml.experiments add column if not exists question varchar;
    alter table ml.experiments add column if not exists answer varchar;
    alter table ml.experiments add column if not exists feature_set varchar;
    alter table ml.experiments add column if not exists horizon_days integer;
    alter table ml.experiments add column if not exists metric_name varchar;
    alter table ml.experiments add column if not exists variant varchar;
    alter table ml.experiments add column if not exists value double;
    alter table ml.experiments add column if not exists lower_95 double;
    alter table ml.experiments add column if not exists upper_95 double;
    alter table ml.experiments add column if not exists release_count bigint;
    alter table ml.experiments add column if not exists evaluated_at timestamp;
    create table if not exists ml.feature_drift (
      run_id varchar,
      model_name varchar,
      feature_name varchar,
      stability_index double,
      index_limit double,
      is_main boolean,
      recent_release_count bigint,
      computed_at timestamp
    );
    alter table ml.feature_drift add column if not exists run_id varchar;
    alter table ml.feature_drift add column if not exists model_name varchar;
    alter table ml.feature_drift add column if not exists feature_name varchar;
    alter table ml.feature_drift add column if not exists stability_index double;
    alter table ml.feature_drift add column if not exists index_limit double;
    alter table ml.feature_drift add column if not exists is_main boolean;
    alter table ml.feature_drift add column if not exists recent_release_count bigint;
    alter table ml.feature_drift add column if not exists computed_at timestamp;