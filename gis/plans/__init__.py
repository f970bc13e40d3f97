"""
New stations for a district: where they belong, how good that is, and why.

    District, question, candidates  --choose_sites-->  Plan (sites, proof, recount)
    plans  --compare-->  ComparedPlans
"""

from gis.plans.choose import choose_sites
from gis.plans.compare import ComparedPlans, compare
from gis.plans.lacking import NoSites
from gis.plans.plan import Plan

__all__ = ["ComparedPlans", "NoSites", "Plan", "choose_sites", "compare"]
