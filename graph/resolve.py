"""From what a person writes to the entity that is meant."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from essaim.graph.store import EmbeddedStore
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import BASE, ESS, FOAF, ORG, RDF, RDFS, SCHEMES
from essaim.ontology.vocabulary import concepts, plain

__all__ = ["CLASSES", "label", "resolve"]

CLASSES: dict[str, NamedNode] = {
    "territory": ESS.Territory,
    "openlab": ESS.OpenLab,
    "practice": ESS.Practice,
    "challenge": ESS.Challenge,
    "implementation": ESS.Implementation,
    "organisation": ORG.Organization,
    "person": FOAF.Person,
}
"""The kinds of entity that can be asked for by name."""

_TERRITORY_LEVELS = ("region", "departement", "epci", "commune", "country", "other")


def resolve(store: EmbeddedStore, text: str, kind: str = "entity") -> NamedNode:
    """The entity that a text stands for.

    Args:
        store: the graph.
        text: an IRI; a short name such as ``departement:43``, ``openlab:haute-loire``,
            ``practice:micro-folie`` or ``theme:public-reading``; or a label.
        kind: a key of :data:`CLASSES`, the name of a concept scheme, or ``"entity"`` for any.

    Raises:
        NotFound: nothing here is called so; the nearest labels are offered.
        BadInput: the label stands for several things.
    """
    text = text.strip()
    if kind in SCHEMES and kind not in CLASSES:
        return _concept(kind, text)
    iri = _as_iri(text)
    if iri is not None:
        if not _is_here(store, iri, kind):
            raise _not_found(store, text, kind)
        return iri
    labels = _labels(store, kind)
    found = labels.get(plain(text), set())
    if len(found) == 1:
        return next(iter(found))
    if found:
        choices = ", ".join(sorted(iri.value for iri in found)[:5])
        raise BadInput(f'"{text}" is the name of {len(found)} things.', f"Give one of {choices}.")
    raise _not_found(store, text, kind)


def label(store: EmbeddedStore, iri: NamedNode, language: str = "fr") -> str:
    """An entity's label, in the other language where this one is missing, else its IRI."""
    labels: dict[str, str] = {}
    for quad in store.quads(subject=iri, predicate=RDFS.label):
        if isinstance(quad.object, Literal):
            labels.setdefault(quad.object.language or "", quad.object.value)
    return labels.get(language) or labels.get("") or next(iter(labels.values()), iri.value)


def _concept(scheme: str, text: str) -> NamedNode:
    key = text.removeprefix(f"{scheme}:")
    if key.startswith("http"):
        key = key.rpartition("/")[2]
    return concepts().match(scheme, key) or concepts().get(scheme, key)


def _as_iri(text: str) -> NamedNode | None:
    if text.startswith(("http://", "https://")):
        try:
            return NamedNode(text)
        except ValueError:
            raise BadInput(f'"{text}" is not an IRI.', "Check its characters.") from None
    prefix, colon, key = text.partition(":")
    if not colon or not key or " " in prefix:
        return None
    if prefix in SCHEMES and prefix not in CLASSES:
        return concepts().get(prefix, key)
    place = f"territory/{prefix}" if prefix in _TERRITORY_LEVELS else prefix
    if place == prefix and prefix not in CLASSES:
        return None
    try:
        return NamedNode(f"{BASE}{place}/{key}")
    except ValueError:  # characters no IRI has: it can only be a name
        return None


def _is_here(store: EmbeddedStore, iri: NamedNode, kind: str) -> bool:
    """Whether the graph says anything of it, and that it is of the kind."""
    if kind in CLASSES:
        return next(store.quads(iri, RDF.type, CLASSES[kind]), None) is not None
    return next(store.quads(subject=iri), None) is not None


def _not_found(store: EmbeddedStore, text: str, kind: str) -> NotFound:
    """The error that offers the nearest names of the kind that is written or meant."""
    prefix = text.partition(":")[0]
    meant = "territory" if prefix in _TERRITORY_LEVELS else prefix
    known = _known(store, kind if kind in CLASSES else meant)
    error = NotFound(kind, text, known)
    if not known and kind in CLASSES:
        error.hint = f'The graph knows no {kind}: load a source first, see "essaim sources".'
    return error


def _labels(store: EmbeddedStore, kind: str) -> dict[str, set[NamedNode]]:
    pattern = f"?entity a {CLASSES[kind]} ." if kind in CLASSES else ""
    found: dict[str, set[NamedNode]] = {}
    query = f"SELECT DISTINCT ?entity ?label {{ {pattern} ?entity rdfs:label ?label }}"
    for row in store.iter_rows(query):
        entity = row["entity"]
        if isinstance(entity, NamedNode):
            found.setdefault(plain(row["label"].value), set()).add(entity)
    return found


def _known(store: EmbeddedStore, kind: str) -> list[str]:
    """Names to offer: labels, and for territories and labs their short names too."""
    if kind not in CLASSES:
        return []
    names = {
        row["label"].value
        for row in store.iter_rows(
            f"SELECT DISTINCT ?label {{ ?entity a {CLASSES[kind]} ; rdfs:label ?label }}"
        )
    }
    shorts = {
        _short(row["entity"].value)
        for row in store.iter_rows(f"SELECT ?entity {{ ?entity a {CLASSES[kind]} }}")
    }
    return sorted(names | shorts)


def _short(iri: str) -> str:
    parts = iri.removeprefix(BASE).split("/")
    if parts[0] == "territory":
        parts = parts[1:]
    return ":".join((parts[0], "/".join(parts[1:])))
