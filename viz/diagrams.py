"""The model drawn as SVG: pictures laid out by hand in ``pictures.yml``, and a diagram per class.

Nothing in a drawing comes from elsewhere: names are the ontology's, in the reader's language, and
each box and line leads to its term. Colours and shapes are the style sheet's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import yaml
from markupsafe import Markup

from essaim.ontology.names import PREFIXES, VOCABULARIES
from essaim.ontology.schemes import schemes
from essaim.ontology.terms import Term, terms
from essaim.viz.escape import clean
from essaim.viz.links import short_name
from essaim.viz.texts import text

__all__ = ["anchor", "class_diagram", "named", "picture", "pictures"]

_COLUMN, _ROW, _MARGIN = 200.0, 108.0, 14.0
_BOX_HEIGHT, _LINE = 46.0, 17.0
_SIZE = 14.0


@dataclass(frozen=True)
class _Box:
    """A rectangle with a name, by its centre.

    Args:
        x: the middle, in user units.
        y: the middle.
        width: in user units.
        height: in user units.
        names: its name, on one line or two.
        more: what is written under it, line by line.
        href: where it leads, or ``""``.
        look: the classes of its rectangle.
    """

    x: float
    y: float
    width: float
    height: float
    names: tuple[str, ...]
    more: tuple[str, ...]
    href: str
    look: str

    def border(self, towards: tuple[float, float]) -> tuple[float, float]:
        """Where a line from the centre to a point leaves the rectangle."""
        dx, dy = towards[0] - self.x, towards[1] - self.y
        if not dx and not dy:
            return self.x, self.y
        scale = min(
            self.width / 2 / abs(dx) if dx else math.inf,
            self.height / 2 / abs(dy) if dy else math.inf,
        )
        return self.x + dx * scale, self.y + dy * scale


@cache
def pictures() -> Mapping[str, Mapping[str, Any]]:
    """The pictures as they are laid out, by name, the overview first."""
    content = files("essaim.viz").joinpath("pictures.yml").read_text(encoding="utf-8")
    loaded: Mapping[str, Mapping[str, Any]] = yaml.safe_load(content)
    return loaded


def picture(name: str, language: str, page: str = "") -> Markup:
    """A picture as SVG.

    Args:
        name: its name in ``pictures.yml``.
        language: ``fr`` or ``en``.
        page: the address of the page of terms; ``""`` on that page itself.

    Example:
        >>> "<svg" in picture("call", "fr")
        True
    """
    layout = pictures()[name]
    placed = {key: _box(spec, language, page) for key, spec in layout["boxes"].items()}
    column = _column_width(placed, layout, language)
    boxes = {key: replace(box, x=box.x * column, y=box.y * _ROW) for key, box in placed.items()}
    drawn = [_line(boxes, spec, language, page) for spec in layout["lines"]]
    drawn += [_rectangle(box) for box in boxes.values()]
    return _svg(drawn, boxes.values(), layout["title"][language], _bends(layout["lines"]))


def class_diagram(term: Term, language: str) -> Markup:
    """A class with what is above and under it, and the properties that lead to it and from it.

    Args:
        term: a class.
        language: ``fr`` or ``en``.
    """
    related = _around(term)
    rows = max(len(related["in"]), len(related["out"]), 1)
    values = [_value_line(prop, language) for prop in related["values"]]
    height = max(_BOX_HEIGHT, 30 + _LINE * len(values), 40.0 * rows - 8)
    name = named(term.iri, language)
    width = max(150.0, _width(name, _SIZE) + 28, *(_width(v, 12) + 24 for v in values or [""]))
    href = f"#{anchor(term.iri)}"
    centre = _Box(0, 0, width, height, (name,), tuple(values), href, "box this")
    drawn, boxes = [], [centre]
    for side, direction in (("in", -1), ("out", 1)):
        for index, (prop, other) in enumerate(related[side]):
            y = (index - (len(related[side]) - 1) / 2) * 40.0
            label = named(prop.iri, language)
            gap = max(110.0, *(_width(line, 12) + 34 for line in _wrapped(label, 14)))
            end = _small(other, language, width / 2 + gap, y, direction)
            boxes.append(end)
            drawn.append(_level(centre, end, y, label, f"#{anchor(prop.iri)}", direction))
    for place, row, direction in (("above", related["above"], -1), ("under", related["under"], 1)):
        for box in _row(row, language, direction * (height / 2 + 70), direction):
            boxes.append(box)
            lower, upper = (box, centre) if place == "under" else (centre, box)
            drawn.append(_is_a(lower, upper))
    drawn += [_rectangle(box) for box in boxes]
    return _svg(drawn, boxes, name, 0)


def anchor(iri: str) -> str:
    """The fragment that leads to a term on the page of terms.

    Example:
        >>> anchor("https://w3id.org/essaim/ns#Practice"), anchor("http://www.w3.org/ns/org#member")
        ('Practice', 'org-member')
    """
    name = short_name(iri)
    return name.removeprefix("ess:") if name.startswith("ess:") else name.replace(":", "-")


def named(iri: str, language: str) -> str:
    """What a term is called, or its short name when it is none of ours."""
    term = terms().get(iri)
    return term.labels.get(language, "") if term else short_name(iri)


def _around(term: Term) -> dict[str, list[Any]]:
    """What a class is tied to: properties in and out with their other end, values, classes."""
    found: dict[str, list[Any]] = {"in": [], "out": [], "values": [], "above": [], "under": []}
    for other in terms().values():
        if other.kind == "object":
            if term.iri in other.said_of:
                found["out"].extend((other, held) for held in other.values_from or other.holds)
            elif term.iri in other.holds:
                found["in"].extend((other, said) for said in other.said_of)
        elif other.kind == "data" and term.iri in other.said_of:
            found["values"].append(other)
        elif other.kind == "class" and term.iri in other.above:
            found["under"].append(other.iri)
    found["above"] = [iri for iri in term.above if iri in terms()]
    return found


def _value_line(prop: Term, language: str) -> str:
    kinds = [text(f"datatype.{short_name(held)}", language) for held in prop.holds]
    return f"{named(prop.iri, language)} : {', '.join(dict.fromkeys(kinds))}"


def _box(spec: Mapping[str, Any], language: str, page: str) -> _Box:
    """A box of a picture, still placed by column and row."""
    iri = _iri(spec["term"])
    column, row = spec["at"]
    names = _wrapped(named(iri, language), 20)
    more = (spec["as"][language],) if "as" in spec else ()
    width = max(
        118.0,
        *(_width(one, _SIZE) + 26 for one in names),
        *(_width(one, 12) + 22 for one in more),
    )
    height = max(_BOX_HEIGHT, 20 + _LINE * len(names + more))
    look = f"box module-{terms()[iri].module}"
    href = f"{page}#{anchor(iri)}"
    return _Box(column, row, width, height, names, more, href, look)


def _column_width(placed: Mapping[str, _Box], layout: Mapping[str, Any], language: str) -> float:
    """How far apart columns are, so that the name of each level line fits between its boxes."""
    needed = [_COLUMN]
    for spec in layout["lines"]:
        source, target = placed[spec["from"]], placed[spec["to"]]
        across = abs(source.x - target.x)
        if across and source.y == target.y and not spec.get("bend"):
            words = () if spec.get("is") else _wrapped(named(_iri(spec["by"]), language), 14)
            label = max((_width(line, 12) for line in words), default=0.0)
            needed.append((source.width / 2 + target.width / 2 + label + 44) / across)
    return max(needed)


def _small(iri: str, language: str, x: float, y: float, direction: int) -> _Box:
    """A box at the end of a property, by the edge that is nearest to the middle."""
    label, href, look = _shown(iri, language)
    width = max(70.0, _width(label, 12) + 20)
    return _Box(direction * (x + width / 2), y, width, 28, (), (label,), href, look)


def _shown(iri: str, language: str) -> tuple[str, str, str]:
    """The name, the address and the look of what a property leads to."""
    if iri in terms():
        look = f"box small module-{terms()[iri].module}"
        return named(iri, language), f"#{anchor(iri)}", look
    if iri.startswith(VOCABULARIES):
        name = iri.removeprefix(VOCABULARIES)
        return schemes()[name].titles[language], f"/vocab/{name}", "box small list"
    return text(f"datatype.{short_name(iri)}", language), "", "box small"


def _row(iris: Sequence[str], language: str, y: float, direction: int) -> Iterator[_Box]:
    """Boxes side by side, five to a row, around the middle."""
    for start in range(0, len(iris), 5):
        labels = [named(iri, language) for iri in iris[start : start + 5]]
        widths = [max(70.0, _width(label, 12) + 20) for label in labels]
        x = -(sum(widths) + 14.0 * (len(widths) - 1)) / 2
        for iri, label, width in zip(iris[start:], labels, widths, strict=False):
            look = f"box small module-{terms()[iri].module}"
            level = y + direction * (start // 5) * 44
            yield _Box(x + width / 2, level, width, 28, (), (label,), f"#{anchor(iri)}", look)
            x += width + 14


def _iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


# lines


def _line(boxes: Mapping[str, _Box], spec: Mapping[str, Any], language: str, page: str) -> str:
    source, target = boxes[spec["from"]], boxes[spec["to"]]
    if spec.get("is"):
        return _is_a(source, target)
    prop = _iri(spec["by"])
    bend = float(spec.get("bend", 0))
    middle = ((source.x + target.x) / 2, (source.y + target.y) / 2 + 2 * bend)
    start = source.border(middle if bend else (target.x, target.y))
    end = target.border(middle if bend else (source.x, source.y))
    where = float(spec.get("label_at", 0.5))
    if bend:
        path = f"M{_n(start)} Q{_n(middle)} {_n(end)}"
        at = _on_curve(start, middle, end, where)
    else:
        path = f"M{_n(start)} L{_n(end)}"
        at = (start[0] + (end[0] - start[0]) * where, start[1] + (end[1] - start[1]) * where)
    return f'<path class="line" d="{path}" marker-end="url(#arrow)"/>' + _label(
        at, named(prop, language), f"{page}#{anchor(prop)}"
    )


def _level(centre: _Box, end: _Box, y: float, label: str, href: str, direction: int) -> str:
    """A line straight across, from the middle's side to a box beside it; incoming ones point in."""
    near = (direction * centre.width / 2, y)
    far = (end.x - direction * end.width / 2, y)
    start, stop = (far, near) if direction < 0 else (near, far)
    at = ((near[0] + far[0]) / 2, y)
    line = f'<path class="line" d="M{_n(start)} L{_n(stop)}" marker-end="url(#arrow)"/>'
    return line + _label(at, label, href)


def _is_a(lower: _Box, upper: _Box) -> str:
    """A line from a box to a wider kind, straight up where the one stands under the other."""
    if lower.y - lower.height / 2 >= upper.y + upper.height / 2:
        reach = upper.width / 2 - 14
        end = (min(max(lower.x, upper.x - reach), upper.x + reach), upper.y + upper.height / 2)
        start = (lower.x, lower.y - lower.height / 2)
    else:
        start, end = lower.border((upper.x, upper.y)), upper.border((lower.x, lower.y))
    return f'<path class="line is-a" d="M{_n(start)} L{_n(end)}" marker-end="url(#is-a)"/>'


def _on_curve(
    start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float], t: float
) -> tuple[float, float]:
    def along(i: int) -> float:
        return (1 - t) ** 2 * start[i] + 2 * (1 - t) * t * middle[i] + t**2 * end[i]

    return along(0), along(1)


def _bends(lines: Sequence[Mapping[str, Any]]) -> float:
    """How far below the boxes a curved line may go."""
    return max((float(spec.get("bend", 0)) for spec in lines), default=0.0)


# writing


def _label(at: tuple[float, float], label: str, href: str) -> str:
    lines = _wrapped(clean(label, 60), 14)
    width = max(_width(line, 12) for line in lines) + 8
    height = 4 + 14.0 * len(lines)
    drawn = (
        f'<rect class="label-back" x="{at[0] - width / 2:.1f}" y="{at[1] - height / 2:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}"/>'
    )
    first = at[1] - (len(lines) - 1) * 7 + 4
    for index, line in enumerate(lines):
        y = first + index * 14
        drawn += f'<text class="label" x="{at[0]:.1f}" y="{y:.1f}">{escape(line)}</text>'
    return f'<a href="{escape(href)}">{drawn}</a>'


def _rectangle(box: _Box) -> str:
    x, y = box.x - box.width / 2, box.y - box.height / 2
    drawn = (
        f'<rect class="{box.look}" x="{x:.1f}" y="{y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="7"/>'
    )
    drawn += "".join(_written(box))
    return f'<a href="{escape(box.href)}">{drawn}</a>' if box.href else drawn


def _written(box: _Box) -> Iterator[str]:
    lines = [*((line, "name") for line in box.names), *((line, "more") for line in box.more)]
    needed = (len(lines) - 1) * _LINE
    is_tall = box.height > needed + 3 * _LINE
    first = box.y - box.height / 2 + 24 if is_tall else box.y - needed / 2 + 5
    for index, (line, look) in enumerate(lines):
        shown = escape(clean(line, 60))
        yield f'<text class="{look}" x="{box.x:.1f}" y="{first + index * _LINE:.1f}">{shown}</text>'


def _svg(drawn: Sequence[str], boxes: Any, title: str, below: float) -> Markup:  # noqa: ANN401
    every = list(boxes)
    left = min(box.x - box.width / 2 for box in every) - _MARGIN
    right = max(box.x + box.width / 2 for box in every) + _MARGIN
    top = min(box.y - box.height / 2 for box in every) - _MARGIN
    bottom = max(box.y + box.height / 2 for box in every) + _MARGIN + max(0.0, below - 10)
    view = f"{left:.0f} {top:.0f} {right - left:.0f} {bottom - top:.0f}"
    size = f'width="{right - left:.0f}" height="{bottom - top:.0f}"'
    body = "".join(drawn)
    return Markup(  # noqa: S704 - every word in it was escaped above
        f'<svg class="diagram" viewBox="{view}" {size} role="img" '
        f'aria-label="{escape(clean(title))}">{body}</svg>'
    )


def _n(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _wrapped(words: str, limit: int) -> tuple[str, ...]:
    """A text on one line, or on two when it is long and has a space to break at."""
    spaces = [i for i, c in enumerate(words) if c == " "]
    if len(words) <= limit or not spaces:
        return (words,)
    cut = min(spaces, key=lambda i: abs(len(words) - 2 * i))
    return words[:cut], words[cut + 1 :]


_NARROW, _WIDE = set("iljft.,:;'|!()[] r"), set("mwMWOQGœæ@%")


def _width(words: str, size: float) -> float:
    """About how wide a text is, with room to spare, in user units."""
    units = sum(0.36 if c in _NARROW else 0.95 if c in _WIDE else 0.62 for c in words)
    return units * size * (1.06 if size > 12 else 1.0)
