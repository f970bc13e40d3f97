"""Law 5: a what-if answer equals the full recomputation, to the bit, whatever is changed."""

from hypothesis import given, settings
from hypothesis import strategies as st
from same import assert_equal_coverage, lonlat
from towns import random_town

import gis
from gis.errors import InputError


def again(compared, **question):
    """Answer the changed district anew on the changed network."""
    after = compared.after
    return gis.cover(after.district, network=after.network, **question)


places = st.tuples(st.floats(-20, 280), st.floats(-20, 280)).map(lambda xy: lonlat(*xy))
# near the streets, which run 60 m apart
corners = st.tuples(*[st.integers(0, 8).map(lambda k: 30.0 * k)] * 2).map(lambda xy: lonlat(*xy))
hours = st.sampled_from(["24/7", "Mo-Fr 08:00-20:00", "Sa 14:00-22:00", "Su 09:00-12:00"])


def one_change(draw, do, number, posts, doors):
    station, door = draw(st.sampled_from(posts)), draw(st.sampled_from(doors)) if doors else None
    limits = st.sampled_from(["80m", "150m", "400m"])
    told = {
        "add_station": lambda: {
            "id": f"{draw(st.sampled_from('ax'))}{number}",
            "at": draw(places),
            "services": ["meals"],
            "hours": draw(hours),
        },
        "move_station": lambda: {"station": station, "at": draw(places)},
        "close_station": lambda: {"station": station},
        "set_hours": lambda: {"station": station, "hours": draw(hours)},
        "set_limit": lambda: {"limit": draw(limits)},
        "add_link": lambda: {"line": [draw(corners), draw(corners)], "steps": draw(st.booleans())},
        "open_gate": lambda: {"gate": door},
        "close_gate": lambda: (
            {"gate": door} | draw(st.sampled_from([{}, {"hours": "Sa 09:00-12:00"}]))
        ),
    }
    return {"do": do, **told[do]()}


KINDS = ["add_station", "move_station", "close_station", "set_hours", "set_limit", "add_link"]


@st.composite
def changes(draw, town, gates):
    """One to three changes of any kind that this town allows."""
    posts = list(town.stations.index)
    doors = [str(name) for name, row in gates.iterrows() if row["kind"] != "private"]
    kinds = st.sampled_from([*KINDS, *(["open_gate", "close_gate"] if doors else [])])
    made = [one_change(draw, draw(kinds), k, posts, doors) for k in range(draw(st.integers(1, 3)))]
    return {"name": "idea", "changes": made}


@settings(max_examples=40)
@given(
    st.integers(0, 100_000),
    st.sampled_from([None, "周六 15:00", "Mon 10:00"]),
    st.sampled_from(["gb50180", "walk_48", "wheelchair"]),
    st.data(),
)
def test_what_if_equals_the_full_recomputation(seed, when, profile, data):
    town = random_town(seed)
    question = {"service": "meals", "limit": "200m", "profile": profile, "when": when}
    before = gis.cover(town, **question)
    scenario = data.draw(changes(town, before.network.gates))
    try:
        compared = gis.what_if(town, scenario, before)
    except InputError:
        # a street drawn at random may lead nowhere, or through a wall
        assert any(each["do"] == "add_link" for each in scenario["changes"])
        return
    limits = ["200m", *(each["limit"] for each in scenario["changes"] if each["do"] == "set_limit")]
    assert_equal_coverage(compared.after, again(compared, **{**question, "limit": limits[-1]}))
