"""An entity's neighbourhood as one HTML document that needs nothing else.

pyvis builds the network; the page is ours, because pyvis's own loads Bootstrap from a distant
server. vis-network, which pyvis carries, is copied into the page, so that it also works as a file
sent by mail. Without JavaScript the same picture is there as SVG, and so are the tables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from essaim.graph.store import EmbeddedStore
from essaim.viz import formats, links
from essaim.viz.drawing import Drawing, draw
from essaim.viz.escape import LABEL_LIMIT, clean, script_json, web_address
from essaim.viz.layout import Place, layout
from essaim.viz.neighbourhood import Edge, Neighbourhood, Node, neighbourhood
from essaim.viz.pages import asset, render
from essaim.viz.reading import Fact
from essaim.viz.styles import OUTLINE, Style, styles
from essaim.viz.texts import LANGUAGES, text

__all__ = ["graph_html", "neighbourhood_html"]

_FACTS, _FACT_LIMIT, _ON_HOVER = 16, 320, 6
_LABELLED_EDGES = 60
_VIS = ("lib", "vis-9.1.2", "vis-network.min.js")
_SCRIPT_TEXTS = ("outgoing", "incoming", "sources", "facts", "open", "around", "none", "unknown")
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_OPTIONS: dict[str, Any] = {
    "autoResize": True,
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False, "randomSeed": 1},
    "interaction": {"hover": True, "tooltipDelay": 100, "zoomView": False, "keyboard": False},
    "nodes": {
        "borderWidth": 1.5,
        "borderWidthSelected": 3,
        "font": {"size": 13, "face": _FONT, "color": OUTLINE, "strokeWidth": 3},
    },
    "edges": {
        "color": {"color": "#7d8b99", "highlight": "#004f80", "hover": "#004f80"},
        "width": 1.2,
        "selectionWidth": 1.5,
        "arrows": {"to": {"enabled": True, "scaleFactor": 0.5}},
        "font": {"size": 11, "face": _FONT, "color": "#3d4a57", "strokeWidth": 3},
    },
}


def neighbourhood_html(
    store: EmbeddedStore,
    iri: str,
    *,
    depth: int = 1,
    limit: int = 200,
    language: str = "fr",
    nonce: str = "",
    base: str = "",
) -> str:
    """The interactive picture of what is around an entity, as a whole HTML document.

    Args:
        store: the graph.
        iri: the entity, as :func:`essaim.graph.resolve.resolve` reads it.
        depth: how many steps to go, 1 to 3.
        limit: how many neighbours to show at the most; the page says how many there are.
        language: ``fr`` or ``en``.
        nonce: the nonce of the Content-Security-Policy, put on every script and style.
        base: the address of the service, such as ``https://essaim.example``, so that the links to
            other pages work from a file; empty when the service itself answers.

    Raises:
        NotFound: there is no such entity.
        BadInput: the depth, the limit or the language can't be had.
    """
    around = neighbourhood(store, iri, depth, limit, language)
    return graph_html(around, nonce=nonce, base=base)


def graph_html(around: Neighbourhood, *, nonce: str = "", base: str = "") -> str:
    """The page of a neighbourhood that was read already.

    Args:
        around: what to show.
        nonce: see :func:`neighbourhood_html`.
        base: see :func:`neighbourhood_html`.
    """
    view = _View(around, base.rstrip("/"))
    return render(
        "graph.html",
        language=around.language,
        lang=around.language,
        nonce=nonce,
        base=view.base,
        title=clean(around.nodes[0].label, LABEL_LIMIT),
        around=around,
        centre=view.details(around.nodes[0]),
        nodes=[view.row(node) for node in around.nodes],
        relations=[view.relation(edge) for edge in around.edges],
        legend=view.legend(),
        drawing=view.drawing(),
        data=script_json(view.data()),
        vis=_vis_network(),
        script=Markup(asset("graph.js").decode()),  # noqa: S704
        style=Markup(asset("essaim.css").decode()),  # noqa: S704
        other_page=view.in_other_language(),
        depths=[(steps, view.explore(around.centre, steps)) for steps in (1, 2, 3)],
    )


class _View:
    """One neighbourhood, in the words and numbers of its page."""

    def __init__(self, around: Neighbourhood, base: str) -> None:
        self.around = around
        self.language = around.language
        self.base = base
        self.ids = {node.iri: f"n{number}" for number, node in enumerate(around.nodes)}
        self.labels = {node.iri: clean(node.label, LABEL_LIMIT) for node in around.nodes}
        self.styles: Mapping[str, Style] = styles(node.type for node in around.nodes)
        self.places: Mapping[str, Place] = layout(around)
        self.titles = {origin.iri: origin for origin in around.origins}
        self.has_edge_labels = len(around.edges) <= _LABELLED_EDGES

    def data(self) -> dict[str, Any]:
        """Everything the script needs."""
        network = self._network()
        return {
            "centre": self.ids[self.around.centre],
            "nodes": network.nodes,
            "edges": network.edges,
            "options": network.options,
            "details": {self.ids[node.iri]: self.details(node) for node in self.around.nodes},
            "relations": [self._spoken(edge) for edge in self.around.edges],
            "edgeLabels": self.has_edge_labels,
            "texts": {key: text(f"graph.{key}", self.language) for key in _SCRIPT_TEXTS},
        }

    def _network(self) -> Any:  # noqa: ANN401
        from pyvis.network import Network  # noqa: PLC0415 - it imports IPython, half a second

        network = Network(directed=True)
        for node in self.around.nodes:
            place, style = self.places[node.iri], self.styles[node.type]
            colour = {"background": style.colour, "border": OUTLINE}
            network.add_node(
                self.ids[node.iri],
                label="\n".join(place.lines),
                shape=style.shape,
                color={**colour, "highlight": colour, "hover": colour},
                title=self._hover(node),
                x=place.x,
                y=place.y,
                size=place.size,
                kind=self.around_types[node.type],
                distance=node.distance,
            )
        bends: Counter[frozenset[str]] = Counter()
        for number, edge in enumerate(self.around.edges):
            ends = frozenset((edge.source, edge.target))
            network.add_edge(
                self.ids[edge.source],
                self.ids[edge.target],
                id=f"e{number}",
                name=clean(edge.label, LABEL_LIMIT),
                title=self._sentence(edge),
                smooth=_bend(bends[ends]),
                arrows="" if edge.is_mutual else "to",
            )
            bends[ends] += 1
        network.options = _options(len(self.around.edges))
        return network

    @property
    def around_types(self) -> dict[str, str]:
        """A short name for each type, for the filters."""
        return {kind.type: f"t{number}" for number, kind in enumerate(self.around.types)}

    def details(self, node: Node) -> dict[str, Any]:
        """What the panel says of an entity."""
        return {
            "label": clean(node.label, LABEL_LIMIT),
            "type": _capital(clean(node.type_label, LABEL_LIMIT)),
            "roles": [clean(role, LABEL_LIMIT) for role in node.roles],
            "facts": self._facts(node)[:_FACTS],
            "sources": self._sources(node),
            "href": self.base + links.entity(node.iri, self.language),
            "explore": self.explore(node.iri),
        }

    def row(self, node: Node) -> dict[str, Any]:
        """A row of the table of entities."""
        style = self.styles[node.type]
        about = self._facts(node)
        return {
            **self.details(node),
            "id": self.ids[node.iri],
            "kind": self.around_types[node.type],
            "shape": style.shape,
            "colour": style.colour,
            "distance": node.distance,
            "about": about[:3],
        }

    def relation(self, edge: Edge) -> dict[str, Any]:
        """A row of the table of relations."""
        addresses = filter(None, map(web_address, edge.sources))
        evidence = links.entity(edge.evidence, self.language) if edge.evidence else ""
        return {
            **self._spoken(edge),
            "source": self.labels[edge.source],
            "target": self.labels[edge.target],
            "sources": [{"label": _host(address), "href": address} for address in addresses],
            "evidence": self.base + evidence if evidence else "",
        }

    def legend(self) -> list[dict[str, Any]]:
        """The types that are in the picture, with how many of each."""
        return [
            {
                "id": self.around_types[kind.type],
                "label": _capital(clean(kind.label, LABEL_LIMIT)),
                "shape": self.styles[kind.type].shape,
                "colour": self.styles[kind.type].colour,
                "shown": kind.shown,
                "total": kind.total,
            }
            for kind in self.around.types
            if kind.shown
        ]

    def drawing(self) -> Drawing:
        """The picture that needs no script."""
        return draw(self.around, self.places, self.styles, with_labels=self.has_edge_labels)

    def explore(self, iri: str, depth: int = 1) -> str:
        """Where the neighbourhood of an entity is drawn."""
        return self.base + links.explore(iri, self.language, depth)

    def in_other_language(self) -> str:
        """Where the same picture is in the other language."""
        other = next(language for language in LANGUAGES if language != self.language)
        return self.base + links.explore(self.around.centre, other, self.around.depth)

    def _spoken(self, edge: Edge) -> dict[str, Any]:
        return {
            "from": self.ids[edge.source],
            "to": self.ids[edge.target],
            "label": clean(edge.label, LABEL_LIMIT),
            "when": formats.period(edge.start, edge.end, self.language),
            "qualities": [clean(quality, LABEL_LIMIT) for quality in edge.qualities],
            "mutual": edge.is_mutual,
        }

    def _sentence(self, edge: Edge) -> str:
        more = [*edge.qualities, formats.period(edge.start, edge.end, self.language)]
        told = ", ".join(clean(part, LABEL_LIMIT) for part in more if part)
        arrow = "—" if edge.is_mutual else "→"
        ends = f"{self.labels[edge.source]} — {clean(edge.label, LABEL_LIMIT)} {arrow} "
        return ends + self.labels[edge.target] + (f" ({told})" if told else "")

    def _hover(self, node: Node) -> str:
        first = f"{self.labels[node.iri]}\n{_capital(clean(node.type_label, LABEL_LIMIT))}"
        said = (
            f"{fact['label']}\u00a0: {clean(fact['value'], 90)}"
            for fact in self._facts(node)[:_ON_HOVER]
        )
        return "\n".join((first, *said))

    def _facts(self, node: Node) -> list[dict[str, str]]:
        longest_first = sorted(node.facts, key=lambda fact: (not _is_prose(fact), fact.label))
        return [
            {
                "label": _capital(clean(fact.label, LABEL_LIMIT)),
                "value": formats.literal(fact.value, fact.datatype, self.language, _FACT_LIMIT),
                "href": web_address(fact.address),
            }
            for fact in longest_first
        ]

    def _sources(self, node: Node) -> list[dict[str, str]]:
        """The addresses an entity was read at, and the sources that describe it."""
        pages = [{"label": _host(a), "href": a} for a in map(web_address, node.sources) if a]
        known = [self.titles[graph] for graph in node.graphs if graph in self.titles]
        return pages + [
            {"label": clean(origin.title, LABEL_LIMIT), "href": web_address(origin.homepage)}
            for origin in known
        ]


def _options(edges: int) -> dict[str, Any]:
    """What the network looks like; many lines are drawn lighter, so that points stay visible."""
    opacity = 1.0 if edges <= _LABELLED_EDGES else max(0.5, (_LABELLED_EDGES / edges) ** 0.5)
    lines = _OPTIONS["edges"]
    return {**_OPTIONS, "edges": {**lines, "color": {**lines["color"], "opacity": opacity}}}


def _bend(before: int) -> dict[str, Any] | bool:
    """Lines between the same two ends bend more and more, so that each is seen."""
    if before == 0:
        return False
    way = "curvedCW" if before % 2 else "curvedCCW"
    return {"enabled": True, "type": way, "roundness": 0.12 * ((before + 1) // 2)}


def _is_prose(fact: Fact) -> bool:
    return not fact.datatype and not fact.address and len(fact.value) > 40


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _host(address: str) -> str:
    """An address as a reader recognises it: its site and the beginning of its path."""
    return clean(re.sub(r"^https?://(www\.)?", "", address).rstrip("/"), 60)


@cache
def _vis_network() -> Markup:
    """vis-network 9.1.2 (Apache-2.0 or MIT), without the pointer to its source map."""
    place = files("pyvis").joinpath(*_VIS)
    code = re.sub(r"\n//# sourceMappingURL=.*", "", place.read_text(encoding="utf-8"))
    return Markup(code.replace("</script", "<\\/script"))  # noqa: S704
