"""
Tiles of somebody's server: an intranet, or 天地图 with the user's own key. Off until asked for.

天地图 is drawn in CGCS2000, so our data lie on it without a shift (DOMAIN §4.3).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import folium

from gis.errors import InputError
from maps.offline import Block
from maps.words import Both

TIANDITU = (
    "https://t{s}.tianditu.gov.cn/%layer%_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=%layer%&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk="
)
TIANDITU_LAYERS: dict[str, Both] = {
    "vec": ("天地图 矢量", "Tianditu vector"),
    "img": ("天地图 影像", "Tianditu imagery"),
    "cva": ("天地图 注记", "Tianditu labels"),
}
SUBDOMAINS = "01234567"
_PLACEHOLDERS = {"s", "x", "y", "z", "-y"}


@dataclass(frozen=True)
class Tiles:
    """
    Which tile servers a page may use.

    Parameters
    ----------
    url
        Template of an XYZ server, such as ``http://10.0.0.8/tiles/{z}/{x}/{y}.png``.
    tianditu_key
        The user's key (``tk``) of 天地图; it stands readable in the page.
    attribution
        Whose tiles ``url`` shows, with 审图号 where there is one.
    """

    url: str | None = None
    tianditu_key: str | None = None
    attribution: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no address of tiles."""
        if self.url is not None:
            _check_url(self.url)
        if self.tianditu_key is not None and not re.fullmatch(r"[0-9A-Za-z]+", self.tianditu_key):
            raise InputError(
                "tiles：天地图密钥只含字母和数字",
                english="tiles: a 天地图 key holds letters and digits only",
            )

    @property
    def hosts(self) -> list[str]:
        """Hosts the page may ask for images."""
        hosts = [] if self.url is None else _hosts(self.url)
        if self.tianditu_key is not None:
            hosts += _hosts(TIANDITU)
        return hosts


def tiles(choice: Tiles) -> Sequence[tuple[folium.TileLayer, Block]]:
    """Return each tile layer, hidden, with the block that gives it a switch."""
    found: list[tuple[folium.TileLayer, Block]] = []
    if choice.url is not None:
        name = ("自有底图瓦片", "Own tiles")
        found.append(_layer(choice.url, name, choice.attribution))
    if choice.tianditu_key is not None:
        for code, name in TIANDITU_LAYERS.items():
            url = TIANDITU.replace("%layer%", code) + choice.tianditu_key
            found.append(_layer(url, name, "天地图 国家地理信息公共服务平台"))
    return found


def _layer(url: str, name: Both, attribution: str) -> tuple[folium.TileLayer, Block]:
    layer = folium.TileLayer(
        url, attr=" ", max_zoom=20, max_native_zoom=18, show=False, subdomains=SUBDOMAINS
    )
    return layer, Block("tiles", {"name": name, "attribution": attribution}, layer)


def _check_url(url: str) -> None:
    fields = set(re.findall(r"\{([^{}]*)\}", url))
    address = urlsplit(url)
    whole = address.scheme in {"http", "https"} and address.hostname
    # no brace may be left over: folium reads the address as a template once more
    rest = re.sub(r"\{[^{}]*\}", "", url)
    if not whole or set("{}") & set(rest) or not {"x", "z"} <= fields <= _PLACEHOLDERS:
        example = "http://10.0.0.8/tiles/{z}/{x}/{y}.png"
        raise InputError(
            f"tiles：应为带 {{z}}、{{x}}、{{y}} 的地址，如 {example}（写的是 {url!r}）",
            english=f"tiles: expected an address with {{z}}, {{x}} and {{y}}, such as {example} "
            f"(found {url!r})",
        )


def _hosts(url: str) -> list[str]:
    address = urlsplit(url)
    # the policy stands inside an attribute of the page: letters a host may have, nothing else
    if not re.fullmatch(r"[\w.{}:\-\[\]]+", address.netloc):
        raise InputError(
            f"tiles：不是主机名（写的是 {address.netloc!r}）",
            english=f"tiles: no host name can look like this (found {address.netloc!r})",
        )
    whole = f"{address.scheme}://{address.netloc}"
    if "{s}" not in whole:
        return [whole]
    return [whole.replace("{s}", part) for part in SUBDOMAINS]
