"""
The command line ``minqing``: one verb per question.

    arguments ─app─▶ one verb (answers, data, pages) ─▶ gis, maps ─show─▶ stdout, files

Data goes to stdout, talk to stderr. Exit 0 done, 2 the input must be mended, 1 no answer exists.
Nothing heavy is imported before a verb runs, so that ``--help`` stays quick.
"""

from api.cli.app import main

__all__ = ["main"]
