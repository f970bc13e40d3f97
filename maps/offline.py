"""
A folium map whose page asks the network for nothing and is the same for the same input.

folium 0.20 links ten files from four hosts and names every element at random (PEERS: folium
issues 351, 1368, 1985). Here Leaflet comes from the installed package ``xstatic-leaflet``, every
element is numbered in the order it was added, and a Content-Security-Policy names each script of
the page by its hash, so that no other can run, and forbids every request. Texts reach the
page only as JSON, and the page writes them as text content.
"""

import base64
import hashlib
import html as markup
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import Element, Figure
from folium.template import Template

STYLES = ("page.css",)
SCRIPTS = (
    "unpack.js",
    "sheet.js",
    "draw.js",
    "base.js",
    "results.js",
    "stations.js",
    "details.js",
    "week.js",
    "plan.js",
    "panel.js",
    "search.js",
    "start.js",
)


class Raw(Element):
    """Text that goes into the page as it is; branca would read it as a template again."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: Any) -> str:
        """Return the text."""
        return self.text


class OfflineFigure(Figure):
    """The document around an offline map."""

    def __init__(self, *, title: str, lang: str, image_hosts: Sequence[str] = ()) -> None:
        super().__init__(title=title)
        self.heading = title
        self.lang = lang
        self.image_hosts = tuple(image_hosts)

    def render(self, **kwargs: Any) -> str:
        """Return the whole document; rendering twice gives the same text."""
        for part in (self.header, self.html, self.script):
            part._children.clear()  # noqa: SLF001  branca has no public way
        for child in self._children.values():
            child.render(**kwargs)
        style = _leaflet_style() + "".join(map(_asset, STYLES))
        library = _leaflet_script()
        script = "".join(map(_asset, SCRIPTS)) + _inside(self.script)
        policy = _policy([library, script], [style], self.image_hosts)
        return (
            f'<!DOCTYPE html>\n<html lang="{_language(self.lang)}">\n<head>\n'
            '<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{markup.escape(self.heading)}</title>\n<style>{style}</style>\n"
            f"{_inside(self.header)}</head>\n<body>\n{_inside(self.html)}"
            f"<script>{library}</script>\n<script>{script}</script>\n</body>\n</html>\n"
        )


class OfflineMap(folium.Map):
    """A ``folium.Map`` without links, tiles and random names; holds layers and a panel."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div id="mq-page">
        <header id="mq-head"></header>
        <main id="mq-stage">
        <div id="{{ this.get_name() }}" class="mq-map"></div>
        <p id="mq-credit"></p>
        <section id="mq-card" role="region" aria-live="polite" tabindex="-1" hidden></section>
        </main>
        <aside id="mq-side"></aside>
        </div>
        <noscript>此页需要启用 JavaScript。 This page needs JavaScript.</noscript>
        {% endmacro %}

        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = minqing.start(
            {{ this.get_name()|tojson }}, {{ this.options|tojavascript }}
        );
        {% endmacro %}
        """
    )

    def __init__(self, bounds: Sequence[float], *, figure: OfflineFigure) -> None:
        west, south, east, north = bounds
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            tiles=None,
            zoom_control=False,
            attribution_control=False,
            zoom_snap=0.25,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=90,
            max_zoom=20,
        )
        self.default_js = []
        self.default_css = []
        figure.add_child(self)

    def to_html(self) -> str:
        """Number all elements and return the document."""
        for number, element in enumerate(_elements(self)):
            element._id = str(number)  # noqa: SLF001  law 7: same input, same bytes
        return str(self.get_root().render())


class Block(folium.MacroElement):
    """
    One JSON block of the page and the call that hands it to the page's script.

    Parameters
    ----------
    call
        Name of a function of ``minqing`` in the page.
    data
        Anything JSON can hold.
    arguments
        What the call gets after map and data: plain values, or elements added before it.
    """

    def __init__(self, call: str, data: Any, *arguments: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca gives no types here
        self._name = f"block_{call}"
        self.call = call
        self.data = data
        self.arguments = arguments

    def render(self, **_: Any) -> str:
        """Put the block and the call into the document; the element itself is no text."""
        figure = cast("OfflineFigure", self.get_root())
        name = self.get_name()
        block = f'<script type="application/json" id="{name}">{to_json(self.data)}</script>\n'
        rest = "".join(f", {_argument(argument)}" for argument in self.arguments)
        sheet = cast("Element", self._parent).get_name()
        call = f"minqing.{self.call}({sheet}, minqing.read({to_json(name)}){rest});\n"
        figure.html.add_child(Raw(block), name=name)
        figure.script.add_child(Raw(call), name=name)
        return ""


def to_json(value: Any) -> str:
    """
    Write JSON that can stand inside a script element, whatever the texts hold.

    ``<``, ``>`` and ``&`` never appear, so no text can end the element or open a comment.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _argument(value: Any) -> str:
    return str(value.get_name()) if isinstance(value, Element) else to_json(value)


def _elements(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():  # noqa: SLF001  branca has no public way
        yield from _elements(child)


def _inside(part: Element) -> str:
    return "".join(child.render() for child in part._children.values())  # noqa: SLF001


def _language(lang: str) -> str:
    return "zh-CN" if lang == "zh" else "en"


def _policy(scripts: Sequence[str], styles: Sequence[str], hosts: Sequence[str]) -> str:
    """Nothing but the scripts and styles of this page, and images inside it or from ``hosts``."""
    images = " ".join(["data:", *hosts])
    return (
        f"default-src 'none'; script-src {_hashes(scripts)}; style-src {_hashes(styles)}; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )


def _hashes(texts: Sequence[str]) -> str:
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()) for text in texts)
    return " ".join(f"'sha256-{digest.decode('ascii')}'" for digest in digests)


@cache
def _asset(name: str) -> str:
    return resources.files("maps").joinpath("assets", name).read_text("utf-8")


def _leaflet_file(name: str) -> str:
    folder = Path(import_module("xstatic.pkg.leaflet").BASE_DIR)
    return (folder / name).read_text("utf-8")


@cache
def _leaflet_script() -> str:
    # the source map would be asked for by an open developer console
    return re.sub(r"//# sourceMappingURL=.*", "", _leaflet_file("leaflet.js"))


@cache
def _leaflet_style() -> str:
    """Leaflet's style without its images: no default marker, no layers button is used."""
    style = re.sub(r"url\((?!#)[^)]*\)", "none", _leaflet_file("leaflet.css"))
    return style.replace("behavior: url(#default#VML);", "")
