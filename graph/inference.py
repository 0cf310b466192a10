"""What follows from what is stated: rules in files, derived into a graph of their own.

A rule reads what is stated and what other rules derive, never what it derives itself: a chain of
any length is a property path, ``?inner ess:directlyWithin+ ?outer``. So every rule runs once, and
what it gave before is compared with what it gives now: only the difference touches the store.
Where a rule must name a property that it also derives, it reads it in the graphs that state it:
``GRAPH ?stated { … } FILTER (?stated != graph:inferred)``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, QueryTriples, Triple

from essaim.graph.bulk import bulk_load
from essaim.graph.statements import StatementFile, StatementWriter, difference
from essaim.graph.store import in_graph, run_query
from essaim.ontology.errors import BadInput
from essaim.ontology.names import GRAPHS, PREFIXES, RDF
from essaim.queries.tokens import Token, iter_tokens

__all__ = ["INFERRED", "Rule", "infer", "rules", "strata"]

INFERRED = GRAPHS.inferred
_BATCH = 50_000


@dataclass(frozen=True)
class Rule:
    """One rule: a SPARQL CONSTRUCT of one statement that runs as it stands.

    Args:
        name: the file's name without its ending.
        text: the query, with its header.
    """

    name: str
    text: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """What stands before the template, the template, and the pattern, without their braces.

        Raises:
            BadInput: it is not a CONSTRUCT with a WHERE.
        """
        tokens = list(iter_tokens(self.text))
        words = [token.text.upper() for token in tokens]
        try:
            construct, where = words.index("CONSTRUCT"), words.index("WHERE")
        except ValueError:
            raise BadInput(
                f'The rule "{self.name}" is not a CONSTRUCT … WHERE ….', "Write it as one."
            ) from None
        braces = tokens[construct + 1], tokens[where - 1], tokens[where + 1], tokens[-1]
        if [brace.text for brace in braces] != ["{", "}", "{", "}"]:
            raise BadInput(f'The rule "{self.name}" is not well formed.', "Check its braces.")
        opening, closing, first, last = braces
        return (
            self.text[: tokens[construct].start],
            self.text[opening.end : closing.start].strip().rstrip("."),
            self.text[first.end : last.start],
        )

    @property
    def derives(self) -> frozenset[str]:
        """The properties it derives.

        When the property is a variable, the names in the pattern that the variable may stand for.
        """
        _, template, pattern = self.parts
        names = _names(template)
        if [t.kind for t in iter_tokens(template)].count("variable") > 2:
            tokens = [token.text for token in iter_tokens(pattern)]
            start = tokens.index("VALUES") if "VALUES" in tokens else 0
            names |= _names(" ".join(tokens[start : tokens.index("}", start)]))
        return frozenset(names)

    @property
    def reads(self) -> frozenset[str]:
        """The properties, derived or not, whose derived statements it reads."""
        pattern = self.parts[2]
        return frozenset() if "graph:inferred" in pattern else frozenset(_names(pattern))


@cache
def rules() -> tuple[Rule, ...]:
    """The rules of ``ontology/rules``, in the order of their names."""
    folder = files("essaim.ontology") / "rules"
    found = [
        Rule(entry.name.removesuffix(".rq"), entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".rq")
    ]
    return tuple(sorted(found, key=lambda rule: rule.name))


def strata(all_rules: Iterable[Rule]) -> list[list[Rule]]:
    """Rules in groups to be run one after the other.

    The rules of a group derive the same properties; none reads what its own or a later group
    derives.

    Raises:
        BadInput: a rule reads what it derives, directly or through others.

    Example:
        >>> [[rule.name for rule in group] for group in strata(rules())][0]
        ['label-of-concept']
    """
    groups: list[list[Rule]] = []
    for rule in all_rules:
        same = [group for group in groups if any(rule.derives & other.derives for other in group)]
        merged = [each for group in same for each in group] + [rule]
        groups = [group for group in groups if group not in same] + [merged]
    ordered: list[list[Rule]] = []
    while groups:
        waiting = frozenset(name for group in groups for rule in group for name in rule.derives)
        ready = [g for g in groups if not any(rule.reads & waiting for rule in g)]
        if not ready:
            name = groups[0][0].name
            raise BadInput(
                f'The rule "{name}" reads what it derives.',
                "Write the chain as a property path, or read only the graphs that state it.",
            )
        ordered += ready
        groups = [group for group in groups if group not in ready]
    return ordered


def infer(store: pyoxigraph.Store) -> None:
    """Derive everything the rules give; what no longer follows is removed.

    A statement that is asserted somewhere is not derived again, so the inferred graph holds only
    what nobody said. Memory stays the same however much is derived.

    Args:
        store: a store open for writing.
    """
    for group in strata(rules()):
        with tempfile.TemporaryDirectory(prefix="essaim-infer-") as place:
            before = _derived(store, group, Path(place) / "before.nt.gz")
            after = _follows(store, group, Path(place) / "after.nt.gz")
            if before.count == 0:
                bulk_load(store, after, INFERRED)
            elif before.digest != after.digest:
                _apply(store, before, after)


def _derived(store: pyoxigraph.Store, group: list[Rule], path: Path) -> StatementFile:
    with StatementWriter(path) as writer:
        for name in {name for rule in group for name in rule.derives}:
            for quad in store.quads_for_pattern(None, NamedNode(name), None, INFERRED):
                writer.add(quad.triple)
        return writer.finish()


def _follows(store: pyoxigraph.Store, group: list[Rule], path: Path) -> StatementFile:
    with StatementWriter(path) as writer:
        for rule in group:
            for triple in _iter_unstated(store, rule):
                if isinstance(triple.subject, NamedNode):
                    writer.add(triple)
        return writer.finish()


def _iter_unstated(store: pyoxigraph.Store, rule: Rule) -> Iterator[Triple]:
    head, template, pattern = rule.parts
    stated = f"GRAPH ?in_graph {{ {template} }} FILTER (?in_graph != <{INFERRED.value}>)"
    text = f"{head} CONSTRUCT {{ {template} }} WHERE {{ {{ {pattern} }} MINUS {{ {stated} }} }}"
    answer = run_query(store, text)
    assert isinstance(answer, QueryTriples)  # noqa: S101
    return answer


def _apply(store: pyoxigraph.Store, before: StatementFile, after: StatementFile) -> None:
    batch = []
    for is_added, triple in difference(before.path, after.path):
        quad = in_graph(triple, INFERRED)
        if not is_added:
            store.remove(quad)
            continue
        batch.append(quad)
        if len(batch) >= _BATCH:
            store.bulk_extend(batch)
            batch = []
    store.extend(batch)


def _names(text: str) -> set[str]:
    """The IRIs of the properties and concepts a text names."""
    return {iri for token in iter_tokens(text) if (iri := _iri(token))}


def _iri(token: Token) -> str:
    if token.kind == "iri":
        return token.text[1:-1]
    if token.kind == "prefixed":
        prefix, _, local = token.text.partition(":")
        return PREFIXES.get(prefix, f"{prefix}:") + local
    return RDF.type.value if token.text == "a" else ""
