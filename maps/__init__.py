"""
Published results as one HTML page that opens without internet.

    Published ──coverage_map──▶ Page ──save──▶ coverage.html
              ├─conditions_map─▶ Page ──save──▶ conditions.html
              └─plan_map───────▶ Page ──save──▶ plan.html
"""

from maps.conditions import conditions_map
from maps.coverage import coverage_map
from maps.curve import curve_picture
from maps.layers.tiles import Tiles
from maps.page import Page
from maps.plans import plan_map

__all__ = ["Page", "Tiles", "conditions_map", "coverage_map", "curve_picture", "plan_map"]
