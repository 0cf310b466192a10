"""The OpenLabs of LUCAS: the method, the 2019 call and its choice, the four labs of 2020.

Every fact is in ``corpora/openlabs.yml``, which says how to write one. What is here turns its
records into entities, its ``participants`` and ``members`` into dated relationships, and refuses a
name that stands for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from pyoxigraph import NamedNode

from essaim.loaders.context import Context
from essaim.loaders.entity import Entity, Value
from essaim.loaders.source import Source
from essaim.ontology.errors import BadInput, NotFound
from essaim.ontology.names import DCTERMS, ESS, ORG, PREFIXES, SCHEMES, SKOS
from essaim.ontology.vocabulary import concepts

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="openlabs",
    title_fr="Les OpenLabs du LUCAS, 2019-2020",
    title_en="The OpenLabs of LUCAS, 2019-2020",
    publisher="Essaim, d'après les pages publiques du LUCAS",
    licence="https://creativecommons.org/licenses/by/4.0/",
    homepage="https://www.lucasrecherche.fr/open-labs/",
    version="1",
    retrieved="2026-11-24",
    expected={
        "ess:Method": (1, 1),
        "ess:Phase": (4, 4),
        "ess:OpenLab": (4, 4),
        "ess:Candidacy": (9, 9),
        "ess:Selection": (1, 1),
        "ess:SupportOffer": (2, 2),
        "ess:Revision": (2, 2),
        "ess:Event": (10, 30),
        "ess:Participation": (40, 120),
    },
)

Record: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class _Relation:
    """A dated relationship: what it is called, its class, and the properties that hold it."""

    kind: str
    cls: NamedNode
    source: NamedNode
    target: NamedNode
    role: NamedNode


_RELATIONS: Final = {
    "participants": _Relation(
        "participation", ESS.Participation, ESS.participant, ESS.participatesIn, ESS.role
    ),
    "members": _Relation("membership", ESS.Membership, ORG.member, ORG.organization, ORG.role),
}
_DATES: Final = {"start", "end", "receivedBy", "expectedBy", "dcterms:issued"}


def load(ctx: Context) -> None:
    """State every record of the corpus."""
    path = ctx.data("openlabs.yml")
    content = ctx.yaml(path)
    entities = content.get("entities") if isinstance(content, dict) else None
    if not isinstance(entities, dict) or not all(isinstance(e, dict) for e in entities.values()):
        raise BadInput(f"{path.name} has no entities.", "List them by class under `entities`.")
    corpus = _Corpus(ctx, entities, content.get("source", SOURCE.homepage))
    for key in corpus.records:
        try:
            ctx.emit(*corpus.iter_described(key))
        except (AttributeError, KeyError, TypeError) as error:
            raise BadInput(
                f"{path.name}: {key} is not written as expected ({error}).",
                "Compare it with a record of the same class.",
            ) from error


class _Corpus:
    """The records of the file by key, so that they can name one another."""

    def __init__(self, ctx: Context, entities: Record, source: str) -> None:
        self._ctx = ctx
        self._source = source
        self.records: dict[str, tuple[str, Record]] = {
            key: (cls, record)
            for cls, records in entities.items()
            for key, record in records.items()
        }

    def iter_described(self, key: str) -> Iterator[Entity]:
        """The entity of a record, then its dated relationships."""
        cls, record = self.records[key]
        rest = {"source": self._source, **record}
        relations = [
            (relation, part) for name, relation in _RELATIONS.items() for part in rest.pop(name, [])
        ]
        entity = self._ctx.make(self._named(cls), self._iri(key)).label(*self._labels(key))
        entity.text(DCTERMS.description, **rest.pop("description", {}))
        for other in _listed(rest.pop("also", [])):
            entity.text(SKOS.altLabel, fr=other, en=other)
        yield self._state(entity, {k: v for k, v in rest.items() if k not in {"label", "name"}})
        for relation, part in relations:
            for who in _listed(part["who"]):
                yield self._related(relation, who, key, {"source": rest["source"], **part})

    def _related(self, relation: _Relation, who: str, key: str, part: Record) -> Entity:
        """A relationship, named after both its ends and the way of taking part."""
        way = self._named(part["as"]) if "as" in part else None
        ends = [self._ctx.slug(self._path(end).partition("/")[2]) for end in (key, who)]
        if way:
            ends.append(part["as"].partition(":")[2])
        labels = []
        for language, whole, member in zip(
            ("fr", "en"), self._labels(key), self._labels(who), strict=True
        ):
            how = f" ({concepts().label(way, language)})" if way else ""
            labels.append(f"{member}{how} – {whole}")
        entity = self._ctx.make(relation.cls, self._ctx.iri(relation.kind, *ends)).label(*labels)
        entity.add(relation.source, self._iri(who)).add(relation.target, self._iri(key))
        entity.add(ESS.participationRole, way)
        if "role" in part:
            entity.add(relation.role, self._named(part["role"]))
        return self._state(
            entity, {k: v for k, v in part.items() if k not in {"who", "as", "role"}}
        )

    def _state(self, entity: Entity, rest: Record) -> Entity:
        """Say of an entity what is left of its record, property by property."""
        for name, values in rest.items():
            prop = DCTERMS.source if name == "source" else self._property(name)
            for value in _listed(values):
                if isinstance(value, dict):
                    entity.text(prop, **value)
                elif name in _DATES:
                    entity.date(prop, str(value))
                else:
                    entity.add(prop, self._value(value))
        return entity

    def _property(self, name: str) -> NamedNode:
        return self._named(name) if ":" in name else ESS[name]

    def _value(self, value: str | float) -> Value:
        """What a value stands for: a page, a concept, a term, another record, or itself."""
        if not isinstance(value, str):
            return Decimal(str(value)) if isinstance(value, float) else value
        if value.startswith(("https://", "http://")):
            return NamedNode(value)
        if value.partition(":")[0] in PREFIXES:
            return self._named(value)
        return self._iri(value) if "/" in value else value

    def _named(self, curie: str) -> NamedNode:
        """The concept, class or property a short form stands for."""
        prefix, _, name = curie.partition(":")
        if prefix in SCHEMES:
            return self._ctx.concept(prefix, name)
        if prefix not in PREFIXES:
            raise NotFound("prefix", prefix, PREFIXES)
        return NamedNode(PREFIXES[prefix] + name)

    def _iri(self, key: str) -> NamedNode:
        return self._ctx.iri(*self._path(key).split("/"))

    def _path(self, key: str) -> str:
        """A record's place under ``…/id/``; territories are described elsewhere."""
        if key.startswith("territory/"):
            return key
        if key not in self.records:
            raise NotFound("entity of openlabs.yml", key, self.records)
        name = self.records[key][1].get("name")
        return f"{key.partition('/')[0]}/{self._ctx.slug(name)}" if name else key

    def _labels(self, key: str) -> tuple[str, str]:
        """The name of a record in French and in English."""
        record = self.records[key][1]
        if "name" in record:
            return record["name"], record["name"]
        label = record["label"]
        if set(label) != {"fr", "en"}:
            raise KeyError(f"label: {', '.join(label)}")
        return label["fr"], label["en"]


def _listed(values: Any) -> list[Any]:  # noqa: ANN401
    return values if isinstance(values, list) else [values]
