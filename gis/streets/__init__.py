"""
The walking network: pieces of streets, gates and rings, joins of places, and exact search.

    District  --build_network-->  Network  --price-->  Priced  --nearest / kth_nearest-->  Ways
"""

from gis.streets.access import EVERYTHING, Access, Lift, Unknown, Walker
from gis.streets.network import Network, build_network

__all__ = ["EVERYTHING", "Access", "Lift", "Network", "Unknown", "Walker", "build_network"]
