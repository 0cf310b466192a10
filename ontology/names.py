"""The namespaces of Essaim and of the vocabularies it reuses, and the IRIs it mints.

Example:
    >>> ESS.Practice.value
    'https://w3id.org/essaim/ns#Practice'
    >>> ESS["Practice"] == ESS.Practice
    True
"""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode

__all__ = [
    "BASE",
    "DCAT",
    "DCTERMS",
    "ESS",
    "FOAF",
    "GEO",
    "GRAPHS",
    "M8G",
    "ORG",
    "OWL",
    "PPLAN",
    "PREFIXES",
    "PROV",
    "RDF",
    "RDFS",
    "SCHEMA",
    "SCHEMES",
    "SH",
    "SKOS",
    "VANN",
    "VOCABULARIES",
    "XSD",
    "Namespace",
    "curie",
    "vocabulary",
]


class Namespace:
    """A namespace whose attributes and items are IRIs.

    Args:
        base: the IRI every name is appended to.
    """

    def __init__(self, base: str) -> None:
        self.base = base

    def __getattr__(self, name: str) -> NamedNode:
        if name.startswith("__"):
            raise AttributeError(name)
        node = NamedNode(self.base + name)
        self.__dict__[name] = node  # the next look-up finds it without coming here
        return node

    def __getitem__(self, name: str) -> NamedNode:
        return NamedNode(self.base + name)


BASE: Final = "https://w3id.org/essaim/id/"
"""Where instances are minted unless a workspace says otherwise."""

VOCABULARIES: Final = "https://w3id.org/essaim/vocab/"
"""Where concept schemes and their concepts are."""

ESS: Final = Namespace("https://w3id.org/essaim/ns#")
GRAPHS: Final = Namespace("https://w3id.org/essaim/graph/")
RDF: Final = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS: Final = Namespace("http://www.w3.org/2000/01/rdf-schema#")
OWL: Final = Namespace("http://www.w3.org/2002/07/owl#")
XSD: Final = Namespace("http://www.w3.org/2001/XMLSchema#")
SKOS: Final = Namespace("http://www.w3.org/2004/02/skos/core#")
SH: Final = Namespace("http://www.w3.org/ns/shacl#")
DCTERMS: Final = Namespace("http://purl.org/dc/terms/")
DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
FOAF: Final = Namespace("http://xmlns.com/foaf/0.1/")
ORG: Final = Namespace("http://www.w3.org/ns/org#")
PROV: Final = Namespace("http://www.w3.org/ns/prov#")
PPLAN: Final = Namespace("http://purl.org/net/p-plan#")
M8G: Final = Namespace("http://data.europa.eu/m8g/")
GEO: Final = Namespace("http://www.opengis.net/ont/geosparql#")
SCHEMA: Final = Namespace("https://schema.org/")
VANN: Final = Namespace("http://purl.org/vocab/vann/")

SCHEMES: Final = (
    "role",
    "participation",
    "sector",
    "theme",
    "public",
    "typology",
    "evaluation",
    "documentation",
    "organisation",
    "skill",
    "event-status",
    "scale",
    "method",
    "evidence",
    "practice-status",
    "phase",
    "legal-form",
    "motive",
    "effect",
    "network-type",
)
"""The concept schemes; each is also a prefix of the queries."""

PREFIXES: Final[dict[str, str]] = {
    "ess": ESS.base,
    "graph": GRAPHS.base,
    "id": BASE,
    "rdf": RDF.base,
    "rdfs": RDFS.base,
    "owl": OWL.base,
    "xsd": XSD.base,
    "skos": SKOS.base,
    "sh": SH.base,
    "dcterms": DCTERMS.base,
    "dcat": DCAT.base,
    "foaf": FOAF.base,
    "org": ORG.base,
    "prov": PROV.base,
    "p-plan": PPLAN.base,
    "m8g": M8G.base,
    "geo": GEO.base,
    "schema": SCHEMA.base,
    "vann": VANN.base,
    **{scheme: f"{VOCABULARIES}{scheme}/" for scheme in SCHEMES},
}
"""The one table of prefixes: queries, exports, pages and error messages all use it."""


def vocabulary(scheme: str) -> Namespace:
    """The namespace of a concept scheme.

    Args:
        scheme: the scheme's name, one of :data:`SCHEMES`.

    Example:
        >>> vocabulary("sector").tourism.value
        'https://w3id.org/essaim/vocab/sector/tourism'
    """
    return Namespace(f"{VOCABULARIES}{scheme}/")


def curie(iri: str) -> str:
    """An IRI in short, or as it is when none of the prefixes fits.

    Example:
        >>> curie("https://w3id.org/essaim/ns#Practice")
        'ess:Practice'
    """
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and prefix != "id":
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
