"""Homes with synthetic marts, as the modelling's tests make them."""

from tests.ml.conftest import _trained_home, make_home, trained

__all__ = ["_trained_home", "make_home", "trained"]
