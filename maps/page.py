"""A finished page: its text, and how it is written so that nobody sees half of it."""

import html as markup
import os
from dataclasses import dataclass
from pathlib import Path

from gis.export import write_whole


@dataclass(frozen=True)
class Page:
    """One HTML document that needs nothing beside itself."""

    html: str

    def save(self, path: str | os.PathLike[str]) -> Path:
        """
        Write the page as UTF-8, whole or not at all; an older page at ``path`` is replaced.

        Missing folders are made. Returns the path written; ``InputError`` where none can be.
        """
        return write_whole(path, self.html.encode())

    def _repr_html_(self) -> str:
        """Show the page inside a notebook."""
        inner = markup.escape(self.html)
        return f'<iframe srcdoc="{inner}" style="width:100%;height:640px;border:0"></iframe>'
