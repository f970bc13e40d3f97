"""
Invented places with published totals, to try everything out: ``sample("ginkgo")``.

Read in this order: ``spec`` (what the data file says), ``ground`` (where it lies), ``lanes`` and
``streets``, ``areas``, ``buildings``, ``people`` and ``care``, ``stations``, ``tiles``, ``sample``.
"""

from gis.samples.spec import sample_names
from gis.samples.town import sample

__all__ = ["sample", "sample_names"]
