"""
Published results as one HTML page that opens without internet.

    Published ──coverage_map──▶ Page ──save──▶ coverage.html
              └─conditions_map─▶ Page ──save──▶ conditions.html
"""

from maps.conditions import conditions_map
from maps.coverage import coverage_map
from maps.layers.tiles import Tiles
from maps.page import Page

__all__ = ["Page", "Tiles", "conditions_map", "coverage_map"]
