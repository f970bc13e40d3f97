"""
Who is inside the service circle, and who is not and why.

A home is covered when every requirement of the circle is met: at least k distinct stations of a
service within the limit (Church & ReVelle 1974, "The maximal covering location problem", Papers
of the Regional Science Association 32, 101-118, for k = 1). Buildings walk; a household adds the
storeys it climbs without a lift.

    District, Question  ->  Network  ->  Answer per requirement (b buildings, u units)  ->  Coverage
"""

from dataclasses import replace

from gis.catalogue import Catalogue, Limit, load_catalogue
from gis.coverage.question import build_question
from gis.coverage.result import Coverage
from gis.coverage.searcher import Prices, Searcher
from gis.coverage.sharing import Sharing
from gis.district import District
from gis.places.demand import build_demand
from gis.places.hours import When, parse_when
from gis.streets.network import Network, build_network


def cover(  # noqa: PLR0913 - the words of the command line, one by one
    district: District,
    *,
    circle: str | None = None,
    service: str | None = None,
    limit: str | float | Limit | None = None,
    profile: str | None = None,
    when: str | When | None = None,
    direction: str = "to",
    capacity: bool = False,
    priority: str | None = None,
    weight: str | None = None,
    catalogue: Catalogue | None = None,
    network: Network | None = None,
    prices: Prices | None = None,
) -> Coverage:
    """
    Tell for every home whether each requirement is met, by which station, and if not why.

    Parameters
    ----------
    circle, service
        One of the two: a circle of the catalogue, or a single service.
    limit, profile
        Override those of the circle; for a service the defaults are 15 minutes as GB 50180
        counts them (1,000 m).
    when
        ``周六 10:00`` and the like. Without it opening hours are not considered. A station counts
        that is open then, and still open on arrival.
    direction
        ``to`` the station (up and down slopes differ), ``back`` home, or ``round``: there and back
        the same way, for which twice the limit holds.
    capacity
        Stations have only the places their table says (unknown: enough): who is given none is
        FULL. The rule stands in ``gis.coverage.sharing``; units with some of ``priority`` (such
        as ``elders_80``) are served first.
    weight
        What a home counts for; see ``gis.places.demand``.
    network
        The result of ``build_network(district)``, to ask several questions of one network.
    prices
        ``Prices(network)``, to price each way of walking once for many questions.

    Raises
    ------
    InputError
        A name is unknown, or the weight is not to be had.
    """
    catalogue = catalogue or load_catalogue()
    question = build_question(
        catalogue,
        circle=circle,
        service=service,
        limit=limit,
        profile=profile,
        when=parse_when(when) if when is not None else None,
        direction=direction,
    )
    question = replace(question, capacity=capacity, priority=priority if capacity else None)
    demand = build_demand(district, weight, catalogue=catalogue)
    network = network or build_network(district)
    sharing = Sharing(priority) if capacity else None
    searcher = Searcher(
        district, catalogue, network, demand, when=question.when, prices=prices, sharing=sharing
    )
    answers = tuple(searcher.answer(asked) for asked in question.asked)
    return Coverage(district, network, question, demand, answers, searcher)
