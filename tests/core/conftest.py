"""Homes with synthetic marts, as the modelling's tests make them."""

from tests.ml.conftest import make_home

__all__ = ["make_home"]
