"""
What if: a scenario of changes, applied to a known district, and the answers before and after.

    file --read_scenario--> Scenario --apply_scenario--> Changed --what_if--> Compared
"""

from gis.scenarios.changes import Changed, apply_scenario
from gis.scenarios.compare import Compared, what_if
from gis.scenarios.scenario import Scenario, read_scenario

__all__ = ["Changed", "Compared", "Scenario", "apply_scenario", "read_scenario", "what_if"]
