"""
The HTTP service: layers, coverage, gaps and plans of one district at level planner, and its map.

    Settings --create_app--> FastAPI
    request -> body or query checked -> gis.cover -> publish(planner) -> plain values -> JSON

``minqing serve DISTRICT`` runs it on this machine. Whatever it answers has passed ``publish``:
no household, no count of fewer than k. There is no login, hence no other level.
"""

import json
import threading
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from starlette.responses import HTMLResponse, JSONResponse

from api.asked import Asked, CoverageAsked, SitesAsked, Window
from api.errors import PROBLEM_JSON, Problem, install_handlers, language
from api.guard import Guard
from api.layers import features, list_layers
from api.settings import Settings
from api.told import tell_coverage, tell_gaps, tell_sites
from gis.catalogue import data_root, load_catalogue, parse_limit
from gis.coverage import cover
from gis.plans import choose_sites
from gis.privacy import Published, publish
from gis.siting import NoPlan
from gis.store import load_district
from gis.streets import build_network
from maps import coverage_map

_KEPT = 16
"""How many answers are kept; a page asks the same few again and again."""


class Desk:
    """The open district, and what is made of it on request; one computation at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.district = load_district(settings.district)
        self.catalogue = load_catalogue(*settings.catalogue)
        self.network = build_network(self.district)
        self.places: Published = publish(self.district, level="planner")
        self._busy = threading.Lock()
        self._measured = lru_cache(maxsize=_KEPT)(self._measure)
        self._planned = lru_cache(maxsize=_KEPT)(self._plan)

    def answer(self, asked: Asked) -> Published:
        """Measure one coverage and publish it for planners; the last few answers are kept."""
        self._check_limit(asked.limit)
        with self._busy:
            return self._measured(Asked(**asked.model_dump(exclude={"by"})))

    def _measure(self, asked: Asked, *, areas: bool = False) -> Published:
        coverage = cover(
            self.district, **asked.model_dump(), catalogue=self.catalogue, network=self.network
        )
        published = publish(self.district, coverage, level="planner", areas=areas)
        (told,) = published.coverages
        assert told.buildings is not None  # noqa: S101 - planner level has them
        # a shop is no gap: only buildings that were asked about are told of
        asked_about = told.buildings.index.isin(coverage.units["building"].dropna())
        told = replace(told, buildings=told.buildings[asked_about])
        # the places never change: one copy serves all answers
        return replace(published, coverages=(told,), places=self.places.places)

    @cached_property
    def page(self) -> str:
        """The map, drawn when it is first asked for."""
        with self._busy:
            published = self._measure(Asked(circle=self.settings.circle), areas=True)
        return coverage_map(published, lang=self.settings.lang).html

    def plan(self, asked: SitesAsked) -> Published:
        """Choose sites and publish the plan for planners; solving ends with its time limit."""
        self._check_limit(asked.limit)
        self._check_sites(asked)
        most = self.settings.most_seconds
        words = {**asked.words(), "time_limit": min(asked.time_limit or most, most)}
        with self._busy:
            return self._planned(json.dumps(words, sort_keys=True))

    def _plan(self, words: str) -> Published:
        told = json.loads(words)
        try:
            plan = choose_sites(
                self.district, **told, catalogue=self.catalogue, network=self.network
            )
        except NoPlan as error:
            raise _no_plan(error) from error
        published = publish(self.district, plan, level="planner", areas=False, curve=False)
        return replace(published, places=self.places.places)

    def _check_sites(self, asked: SitesAsked) -> None:
        settings = self.settings
        if asked.count is not None and asked.count > settings.most_sites:
            most = settings.most_sites
            raise Problem(422, f"count：最多 {most} 处", f"count: at most {most} new sites")
        if asked.time_limit is not None and asked.time_limit > settings.most_seconds:
            most_seconds = settings.most_seconds
            raise Problem(
                422,
                f"time_limit：最多 {most_seconds:g} 秒",
                f"time_limit: at most {most_seconds:g} seconds",
            )
        for kind in asked.candidates:
            _, colon, metres = kind.partition(":")
            if colon and float(metres) < settings.least_spacing:
                least = settings.least_spacing
                raise Problem(
                    422,
                    f"candidates：街边候选点至少相隔 {least:g} 米",
                    f"candidates: those on streets lie at least {least:g} metres apart",
                )

    def _check_limit(self, limit: str | float | None) -> None:
        if limit is None:
            return
        asked = parse_limit(limit)
        minutes = asked.unit == "min"
        most = self.settings.most_minutes if minutes else self.settings.most_metres
        if asked.value > most:
            raise Problem(
                422,
                f"limit：最多 {most:g}{'分钟' if minutes else '米'}",
                f"limit: at most {most:g} {'minutes' if minutes else 'metres'}",
            )


def create_app(settings: Settings) -> FastAPI:
    """
    Open the district and build the service.

    Raises
    ------
    GisError
        The district or the catalogue cannot be read.
    """
    desk = Desk(settings)
    # no documentation pages: those of FastAPI load scripts from the internet
    app = FastAPI(
        title="minqing 民情", version="1", docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.add_middleware(Guard, settings=settings)
    install_handlers(app, settings.lang)
    _add_places(app, desk)
    _add_answers(app, desk)
    return app


def _add_places(app: FastAPI, desk: Desk) -> None:
    places = desk.places.places

    @app.get("/", response_class=HTMLResponse, summary="The map, one page that needs no network")
    def show_map() -> HTMLResponse:
        return HTMLResponse(desk.page)

    @app.get("/health", summary="Whether the service is up", responses=_answers())
    def tell_health() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.get("/layers", summary="The layers of places", responses=_answers())
    def tell_layers() -> JSONResponse:
        return JSONResponse({**_credits(desk.places), "layers": list_layers(desk.places)})

    @app.get(
        "/layers/{name}",
        summary="One layer as GeoJSON",
        responses=_answers(404, 422, kind="application/geo+json"),
    )
    def tell_layer(
        name: Annotated[str, Path(examples=["stations"])], window: Annotated[Window, Query()]
    ) -> JSONResponse:
        if name not in places:
            known = list(places)
            raise Problem(
                404,
                f"没有图层“{name[:80]}”；可用：{', '.join(known)}",
                f"there is no layer '{name[:80]}'; there are: {', '.join(known)}",
                known=known,
            )
        limit = _checked(window.limit, desk.settings)
        told = features(places[name], window.box, limit)
        return JSONResponse(_credits(desk.places) | told, media_type="application/geo+json")


def _add_answers(app: FastAPI, desk: Desk) -> None:
    name = desk.district.name

    @app.post(
        "/coverage",
        summary="Who is inside the service circle",
        responses=_answers(400, 409, 413, 422, schema="cover"),
    )
    def tell_who_is_covered(asked: CoverageAsked) -> JSONResponse:
        return JSONResponse(tell_coverage(desk.answer(asked), name, asked.by))

    @app.post(
        "/gaps",
        summary="Which buildings are left out, and why",
        responses=_answers(400, 409, 413, 422, schema="gaps"),
    )
    def tell_who_is_left_out(asked: Asked) -> JSONResponse:
        return JSONResponse(tell_gaps(desk.answer(asked), name))

    @app.post(
        "/sites",
        summary="Where the next stations belong, with the proof",
        responses=_answers(400, 409, 413, 422, schema="site"),
    )
    def tell_where_stations_belong(asked: SitesAsked, request: Request) -> JSONResponse:
        lang = language(request.headers, desk.settings.lang)
        return JSONResponse(tell_sites(desk.plan(asked), name, lang))


def _no_plan(error: NoPlan) -> Problem:
    """Say that there is no plan, and what would do; who stands in the way are too few to tell."""
    least = error.least_count
    limit = getattr(error, "least_limit", None)
    zh, en = "没有一组站点做得到", "no choice of sites does"
    if least is not None:
        zh, en = f"{zh}；至少要 {least} 处", f"{en}; it takes at least {least}"
    if limit is not None:
        zh, en = f"{zh}；限值放宽到 {limit} 才够", f"{en}; a limit of {limit} would do"
    return Problem(409, zh, en, least_count=least, least_limit=limit)


def _checked(limit: int | None, settings: Settings) -> int:
    if limit is None:
        return settings.features
    if limit > settings.most_features:
        most = settings.most_features
        raise Problem(422, f"limit：最多 {most:,} 个", f"limit: at most {most:,} features")
    return limit


def _credits(published: Published) -> dict[str, Any]:
    return {
        "title": published.title,
        "date": published.date,
        "synthetic": published.synthetic,
        "attribution": list(published.attribution),
    }


def _answers(
    *problems: int, kind: str = "application/json", schema: str | None = None
) -> dict[int | str, dict[str, Any]]:
    """Describe for OpenAPI what a route answers; ``schema`` is a published one of data/schema."""
    shape: dict[str, Any] = {"type": "object"}
    if schema is not None:
        text = (data_root() / "schema" / f"{schema}.json").read_text(encoding="utf-8")
        shape = {key: part for key, part in json.loads(text).items() if not key.startswith("$")}
    answers: dict[int | str, dict[str, Any]] = {
        200: {"description": "OK", "content": {kind: {"schema": shape}}}
    }
    for status in problems:
        content = {PROBLEM_JSON: {"schema": {"type": "object", "required": ["type", "status"]}}}
        answers[status] = {"description": "RFC 9457 problem", "content": content}
    return answers
