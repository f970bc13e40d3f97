"""The verbs that bring data in: template, import, fetch."""

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options import Catalogues, Format, Lang, Output, keyword, with_parameters
from api.cli.progress import Progress
from api.cli.show import put_frame, say
from api.cli.words import LAYERS, WRITTEN, Words

REJECTS = "rejects.xlsx"
_REPORT = ["layer", "source", "frame", "conversion", "rows_read", "kept", "rejected"]
_STARTING = Words("准备读取", "getting ready to read")
_READING = Words("读取", "reading")
_FETCHING = Words("下载", "fetching")
_SAVING = Words("写入街道文件夹", "writing the district")
_NOTE = Words("{layer}: {note}", "{layer}: {note}")
_FRAME = Words(
    "内部坐标系 {crs}，边缘长度误差 {ppm} ppm",
    "frame inside: {crs}; scale error at the edge {ppm} ppm",
)
_FRAME_OPTIONS = Words(
    "坐标系用 --stations-frame 等选项声明（共用的写 --frame），转换写 --convert gcj02:wgs84",
    "declare frames with options such as --stations-frame (--frame for all), "
    "conversions with --convert gcj02:wgs84",
)
_REJECTED = Words(
    "{count} 行没有读入，原因和改法见 {path}",
    "{count} rows were not kept; reasons and remedies are in {path}",
)


def template(*, output: Output = Path("minqing-template.xlsx"), lang: Lang = "zh") -> None:
    """Write blank workbooks."""
    from gis.ingest import write_template

    write_template(output, lang)
    say(WRITTEN, lang, path=output)


def fetch(
    place: Annotated[str, typer.Argument(metavar="PLACE")],
    *,
    output: Output = Path("place.osm"),
    nominatim: Annotated[str | None, typer.Option("--nominatim", metavar="URL")] = None,
    overpass: Annotated[str | None, typer.Option("--overpass", metavar="URL")] = None,
    catalogue: Catalogues = None,
    lang: Lang = "zh",
) -> None:
    """Fetch the OpenStreetMap data of a place."""
    with Progress(lang) as progress:
        from gis.catalogue import load_catalogue
        from gis.ingest.fetch import fetch_place

        in_force = load_catalogue(*catalogue or ())
        fetch_place(
            place,
            output,
            nominatim=nominatim,
            overpass=overpass,
            catalogue=in_force,
            progress=progress.reading(_FETCHING),
        )
    say(WRITTEN, lang, path=output)


def import_(**given: Any) -> None:
    """Read files into a district folder; its options are laid out below."""
    lang, output = given["lang"], given["output"]
    with Progress(lang) as progress:
        progress.stage(_STARTING)
        import gis

        try:
            district = gis.import_district(
                _sources(given),
                name=given["name"],
                catalogue=gis.load_catalogue(*given["catalogue"] or ()),
                progress=progress.reading(_READING),
            )
        except gis.FrameError as error:
            hint = _FRAME_OPTIONS.of(lang)
            raise gis.FrameError(
                str(error), english=error.english, problems=[*error.problems, hint]
            ) from None
        progress.stage(_SAVING)
        gis.save_district(district, output)
        if len(district.rejects):
            from gis.export import write_rejects

            write_rejects(output / REJECTS, district, lang=lang)
    put_frame(district.provenance[_REPORT], given["form"], lang=lang)
    note = "note" if lang == "zh" else "note_en"
    for row in district.provenance[district.provenance[note].notna()].to_dict("records"):
        say(_NOTE, lang, layer=row["layer"], note=row[note])
    say(_FRAME, lang, crs=district.crs, ppm=district.facts.get("scale_error_ppm", "–"))
    say(WRITTEN, lang, path=output)
    if len(district.rejects):
        say(_REJECTED, lang, count=len(district.rejects), path=output / REJECTS)


def _sources(given: dict[str, Any]) -> Any:
    from gis.ingest import Sources

    files = {name: _file(name, given) for name in LAYERS if given[name] is not None}
    _require_used(given["convert"] or [], [file.frame for file in files.values()])
    return Sources(**files, gates_complete=given["gates_complete"], heights=given["heights"])


def _file(name: str, given: dict[str, Any]) -> Any:
    from gis.ingest import InputFile

    path: Path = given[name]
    # an OpenStreetMap file is always WGS-84; the shared frame is meant for the others
    shared = None if name == "streets" and _is_osm(path) else given["frame"]
    frame = given[f"{name}_frame"] or shared
    agreed = [each for each in given["convert"] or [] if each.split(":")[0] == frame]
    return InputFile(
        path,
        frame=frame,
        convert=agreed[0] if agreed else None,
        layer=given[f"{name}_layer"],
        kind=given["stations_kind"] if name == "stations" else None,
        keep=given["stations_keep"] if name == "stations" else None,
    )


def _is_osm(path: Path) -> bool:
    return ".osm" in path.suffixes or path.suffix == ".pbf"


def _require_used(conversions: list[str], frames: list[str | None]) -> None:
    """Refuse a conversion that no file needs: its frame was forgotten or written differently."""
    from gis.errors import InputError

    for conversion in conversions:
        source = conversion.split(":")[0]
        if source not in frames:
            raise InputError(
                f"--convert {conversion}：没有文件声明坐标系 {source}；"
                f"请给出，如 --stations-frame {source}",
                english=f"--convert {conversion}: no file is declared as {source}; "
                f"declare one, such as --stations-frame {source}",
            )


def _layer_options() -> list[inspect.Parameter]:
    """Three options for each layer: the file, its frame, its layer or sheet."""
    path = Annotated[Path | None, typer.Option(metavar="FILE")]
    frame = Annotated[str | None, typer.Option(metavar="FRAME")]
    layer = Annotated[str | None, typer.Option(metavar="NAME")]
    return [
        keyword(name + suffix, annotation, *([] if name + suffix == "streets" else [None]))
        for name in LAYERS
        for suffix, annotation in (("", path), ("_frame", frame), ("_layer", layer))
    ]


_TEXT = Annotated[str | None, typer.Option(metavar="NAME")]
_TEXTS = Annotated[list[str] | None, typer.Option(metavar="NAME")]

with_parameters(
    import_,
    [
        *_layer_options(),
        keyword("name", _TEXT, None),
        keyword("frame", _TEXT, None),
        keyword("convert", _TEXTS, None),
        keyword("gates_complete", Annotated[bool, typer.Option("--gates-complete")], False),
        keyword("heights", Annotated[Path | None, typer.Option(metavar="FILE")], None),
        keyword("stations_kind", _TEXT, None),
        keyword("stations_keep", Annotated[str | None, typer.Option(metavar="COLUMN")], None),
        keyword("catalogue", Catalogues, None),
        keyword("output", Output),
        keyword("form", Format, "table"),
        keyword("lang", Lang, "zh"),
    ],
)
