"""What the service is told before it starts; nothing else of it can be set."""

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Settings:
    """
    Settings of one service.

    Parameters
    ----------
    district
        The district folder to open.
    catalogue
        Files that replace or extend rows of the catalogue, as ``--catalogue``.
    host, port
        Where to listen. The service has no login, so it stays on this machine.
    lang
        ``zh`` or ``en``: the map, and problems told to a client that names no language.
    circle
        What the map at ``/`` shows.
    body_bytes
        Longest request body.
    features
        How many features a layer gives when nobody asks for a number.
    most_features
        How many may be asked for.
    most_minutes, most_metres
        Longest limit of a question.
    most_seconds
        Longest time a plan may be solved for.
    most_sites
        Most new sites a plan may have.
    least_spacing
        Least metres between candidates on the streets.
    """

    district: Path
    catalogue: tuple[Path, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8760
    lang: str = "zh"
    circle: str = "elder"
    body_bytes: int = 16 * 1024
    features: int = 1_000
    most_features: int = 10_000
    most_minutes: float = 120.0
    most_metres: float = 10_000.0
    most_seconds: float = 30.0
    most_sites: int = 100
    least_spacing: float = 50.0

    @property
    def hosts(self) -> frozenset[str]:
        """Names under which the service may be called; a page elsewhere cannot borrow another."""
        return frozenset({*LOOPBACK, self.host.lower()})
