"""Trained models on disk: MLflow's store, versions, and which of them is the champion."""
