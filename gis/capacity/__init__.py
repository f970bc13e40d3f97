"""
Places that run out: scores of what each person can count on, and who is given a place.

    pairs, people, places  --catchment_scores-->  Catchments  (a share for everybody)
    pairs, units, places   --assign_places----->  Assignment  (a place or none)
    Assignment, station    --places_to_add----->  Addition    (what is lacking there)
"""

from gis.capacity.additions import Addition, places_to_add
from gis.capacity.assignment import Assignment, assign_places
from gis.capacity.catchments import Catchments, catchment_scores, published_bands

__all__ = [
    "Addition",
    "Assignment",
    "Catchments",
    "assign_places",
    "catchment_scores",
    "places_to_add",
    "published_bands",
]
