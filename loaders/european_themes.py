"""The themes and keywords of European programmes, told in the words of our vocabularies.

Which theme and which sectors each is, is data: ``european_themes.yml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.tables import Row
from essaim.ontology.names import ESS
from essaim.ontology.vocabulary import fold

__all__ = ["state_theme"]


def state_theme(ctx: Context, row: Row, column: str, text: str, practice: Entity) -> None:
    """State the themes and sectors that a theme of a European programme stands for.

    One that is not in the table, or has sectors only, is kept as text; the former is reported.

    Args:
        ctx: the load.
        row: where it stands.
        column: in which column.
        text: the theme; ``""`` states nothing.
        practice: what it is a theme of.
    """
    if not text:
        return
    known = _themes().get(fold(text))
    if known is None:
        ctx.recurring("No theme has this label: kept as text", row, column, text)
        practice.text(ESS.freeTheme, en=text)
        return
    for scheme, prop in (("theme", ESS.theme), ("sector", ESS.sector)):
        practice.add(prop, *(ctx.concept(scheme, key) for key in known.get(scheme, ())))
    ctx.matched("theme by the table of themes")
    if not known.get("theme"):
        practice.text(ESS.freeTheme, en=text)


@cache
def _themes() -> Mapping[str, Mapping[str, Any]]:
    text = files("essaim.loaders").joinpath("european_themes.yml").read_text("utf-8")
    return {fold(label): known for label, known in yaml.safe_load(text).items()}
