"""The documentation of the ontology and of the vocabularies, as the templates take it.

Everything shown is read from the ontology itself: a term added there is a term documented here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from essaim.ontology.errors import NotFound
from essaim.ontology.jsonld import CONTEXT
from essaim.ontology.names import ESS, RDFS, VOCABULARIES
from essaim.ontology.schemes import ConceptEntry, Scheme, scheme, schemes
from essaim.ontology.terms import Alignment, Term, alignments, modules, terms
from essaim.ontology.vocabulary import fold
from essaim.viz import links
from essaim.viz.diagrams import anchor, class_diagram, named, picture, pictures
from essaim.viz.texts import text, unbroken

__all__ = [
    "concept_context",
    "model_context",
    "ontology_context",
    "scheme_context",
    "vocabularies_context",
]

_MODULES = ("agents", "territories", "practices", "openlabs", "networks", "provenance")
_RELATIONS = (RDFS.subClassOf.value, RDFS.subPropertyOf.value)

Json = dict[str, Any]


def ontology_context(language: str, lang: str = "") -> Json:
    """What ``ontology.html`` shows: every term, module by module, then the borrowed ones.

    Args:
        language: ``fr`` or ``en``.
        lang: the language that links name; ``""`` for none.
    """
    about = modules()["essaim"]
    parts = [_module(name, language, lang) for name in _MODULES]
    everything = terms().values()
    return {
        "version": about.version,
        "description": unbroken(about.descriptions[language], language),
        "namespace": ESS.base,
        "context": CONTEXT,
        "overview": picture("overview", language),
        "modules": parts,
        "annotations": _entries((t for t in everything if t.module == "essaim"), language, lang),
        "borrowed": _entries((t for t in everything if t.module == "reused"), language, lang),
        "count": sum(term.is_ours for term in everything),
        "concepts": sum(len(each.concepts) for each in schemes().values()),
        "schemes": len(schemes()),
        "others": sorted({a.target.rpartition("#")[0] for t in alignments().values() for a in t}),
    }


def model_context(language: str, lang: str = "") -> Json:
    """What ``model.html`` shows: the model in ten pictures, on two pages of paper."""
    page = links.page("/ns", lang)
    drawn = [
        {
            "title": unbroken(layout["title"][language], language),
            "text": unbroken(layout["text"][language], language),
            "drawing": picture(name, language, page),
            "name": name,
        }
        for name, layout in pictures().items()
        if name != "overview"
    ]
    return {"sheets": [drawn[:5], drawn[5:]]}


def vocabularies_context(language: str, lang: str = "") -> Json:
    """What ``vocabularies.html`` shows: the schemes, and which properties take values from them."""
    return {
        "schemes": [
            {
                "name": each.name,
                "title": each.titles[language],
                "description": unbroken(each.descriptions[language], language),
                "count": len(each.concepts),
                "href": links.page(f"/vocab/{each.name}", lang),
                "properties": _taking(each, language, lang),
            }
            for each in schemes().values()
        ]
    }


def scheme_context(name: str, language: str, lang: str = "") -> Json:
    """What ``vocabulary.html`` shows: the concepts of a scheme, the wider ones holding the others.

    Raises:
        NotFound: there is no such scheme.
    """
    shown = scheme(name)
    return {
        "name": name,
        "iri": shown.iri,
        "title": shown.titles[language],
        "description": unbroken(shown.descriptions[language], language),
        "count": len(shown.concepts),
        "properties": _taking(shown, language, lang),
        "tree": [_branch(shown, key, language, lang) for key in shown.top],
    }


def concept_context(name: str, key: str, language: str, lang: str = "") -> Json:
    """What ``concept.html`` shows of a concept.

    Raises:
        NotFound: there is no such scheme or concept; the nearest are offered.
    """
    shown = scheme(name)
    if key not in shown.concepts:
        raise NotFound(f"{name} concept", key, shown.concepts)
    concept = shown.concepts[key]
    other = next(each for each in ("fr", "en") if each != language)
    return {
        "iri": concept.iri,
        "key": key,
        "label": concept.labels[language],
        "definition": unbroken(concept.definitions[language], language),
        "others": concept.others[language],
        "other_label": concept.labels[other],
        "other_definition": concept.definitions[other],
        "other_others": concept.others[other],
        "scheme": {
            "title": shown.titles[language],
            "href": links.page(f"/vocab/{name}", lang),
        },
        "paths": _paths(shown, concept, language, lang),
        "narrower": [_link(shown, each, language, lang) for each in concept.narrower],
        "matches": [_match(iri, language, lang) for iri in concept.matches],
        "alignments": _alignments(concept.iri, language),
        "used": links.page("/entity", lang, iri=concept.iri),
    }


# terms


def _module(name: str, language: str, lang: str) -> Json:
    about = modules()[name]
    ours = [term for term in terms().values() if term.module == name]
    return {
        "name": name,
        "label": about.labels[language],
        "description": unbroken(about.descriptions[language], language),
        "pictures": [
            {
                "title": unbroken(layout["title"][language], language),
                "drawing": picture(key, language),
            }
            for key, layout in pictures().items()
            if name in layout["modules"]
        ],
        "classes": _entries((t for t in ours if t.kind == "class"), language, lang),
        "properties": _entries((t for t in ours if t.kind != "class"), language, lang),
    }


def _entries(chosen: Iterable[Term], language: str, lang: str) -> list[Json]:
    entries = [_entry(term, language, lang) for term in chosen]
    return sorted(entries, key=lambda entry: fold(entry["label"]))


def _entry(term: Term, language: str, lang: str) -> Json:
    under = [other.iri for other in terms().values() if term.iri in other.above and other.is_ours]
    is_class = term.kind == "class"
    return {
        "iri": term.iri,
        "anchor": anchor(term.iri),
        "name": links.short_name(term.iri),
        "kind": text(f"term.{term.kind}", language),
        "is_class": is_class,
        "label": term.labels[language],
        "meaning": unbroken(term.meanings[language], language),
        "example": unbroken(term.examples[language], language),
        "drawing": class_diagram(term, language) if is_class and term.is_ours else "",
        "ties": [
            {"name": text(f"term.{key}", language), "ends": ends}
            for key, ends in (
                ("above", _ends(term.above, language)),
                ("under", _ends(under, language)),
                ("said_of", _ends(term.said_of, language)),
                ("holds", _ends(term.holds, language)),
                ("values_from", [_scheme_link(iri, language, lang) for iri in term.values_from]),
                ("inverse", _ends([term.inverse] if term.inverse else (), language)),
                ("inherits", _inherited(term, language) if is_class else []),
            )
            if ends
        ],
        "follows": _follows(term, language),
        "traits": [text(f"term.{trait}", language) for trait in term.traits],
        "alignments": _alignments(term.iri, language),
        "replaced_by": _ends([term.replaced_by] if term.replaced_by else (), language),
    }


def _inherited(term: Term, language: str) -> list[Json]:
    """The properties that the classes above it carry."""
    above = _all_above(term)
    props = [
        other.iri
        for other in terms().values()
        if other.kind in ("object", "data")
        and other.module != "provenance"  # how a file was read is no quality of a practice
        and term.iri not in other.said_of
        and set(other.said_of) & above
    ]
    return _ends(props, language)


def _all_above(term: Term) -> set[str]:
    found: set[str] = set()
    waiting = list(term.above)
    while waiting:
        iri = waiting.pop()
        if iri not in found:
            found.add(iri)
            if iri in terms():
                waiting.extend(terms()[iri].above)
    return found


def _follows(term: Term, language: str) -> list[str]:
    """What is inferred from a use of a property, in words."""
    found = []
    for key, iris in (("domain", term.domain), ("range", term.range)):
        names = [named(iri, language) for iri in iris if iri in terms()]
        if names:
            found.append(text(f"term.{key}", language, classes=", ".join(names)))
    return found


def _ends(iris: Sequence[str], language: str) -> list[Json]:
    return [_end(iri, language) for iri in iris]


def _end(iri: str, language: str) -> Json:
    name = links.short_name(iri)
    if iri in terms():
        return {"label": named(iri, language), "href": f"#{anchor(iri)}", "title": name}
    if name.startswith(("xsd:", "rdf:", "rdfs:")):
        return {"label": text(f"datatype.{name}", language), "href": "", "title": name}
    return {"label": name, "href": iri, "title": name}


def _scheme_link(iri: str, language: str, lang: str) -> Json:
    name = iri.removeprefix(VOCABULARIES)
    label = scheme(name).titles[language]
    return {"label": label, "href": links.page(f"/vocab/{name}", lang), "title": name}


def _alignments(iri: str, language: str) -> list[Json]:
    def order(tie: Alignment) -> tuple[bool, str]:
        return tie.relation not in _RELATIONS, tie.target

    return [
        {
            "relation": text(f"relation.{links.short_name(tie.relation)}", language),
            "target": _target_name(tie.target),
            "href": tie.target,
            "reason": unbroken(tie.reason[language], language),
        }
        for tie in sorted(alignments().get(iri, ()), key=order)
    ]


_OTHERS: Mapping[str, str] = {
    "http://rdf.insee.fr/def/geo#": "igeo:",
    "http://virtual-assembly.org/ontologies/pair#": "pair:",
    "http://www.cidoc-crm.org/cidoc-crm/": "crm:",
    "http://www.wikidata.org/prop/direct/": "wdt:",
    "http://www.w3.org/2006/time#": "time:",
    "http://data.culture.fr/thesaurus/resource/ark:/67717/": "",
}


def _target_name(iri: str) -> str:
    for base, prefix in _OTHERS.items():
        if iri.startswith(base):
            return prefix + iri.removeprefix(base)
    return links.short_name(iri)


# concepts


def _taking(shown: Scheme, language: str, lang: str) -> list[Json]:
    """The properties that take their values from a scheme."""
    page = links.page("/ns", lang)
    return [
        {"label": term.labels[language], "href": f"{page}#{anchor(term.iri)}"}
        for term in terms().values()
        if shown.iri in term.values_from
    ]


def _branch(shown: Scheme, key: str, language: str, lang: str) -> Json:
    concept = shown.concepts[key]
    return {
        **_link(shown, key, language, lang),
        "definition": unbroken(concept.definitions[language], language),
        "others": concept.others[language],
        "narrower": [_branch(shown, each, language, lang) for each in concept.narrower],
    }


def _link(shown: Scheme, key: str, language: str, lang: str) -> Json:
    concept = shown.concepts[key]
    href = links.page(f"/vocab/{shown.name}/{key}", lang)
    return {"label": concept.labels[language], "href": href, "key": key}


def _match(iri: str, language: str, lang: str) -> Json:
    name, _, key = iri.removeprefix(VOCABULARIES).partition("/")
    other = scheme(name)
    return {**_link(other, key, language, lang), "scheme": other.titles[language]}


def _paths(shown: Scheme, concept: ConceptEntry, language: str, lang: str) -> list[list[Json]]:
    """From the first level down to just above a concept; several in a polyhierarchy."""
    return [
        [*path, _link(shown, broader, language, lang)]
        for broader in concept.broader
        for path in _paths(shown, shown.concepts[broader], language, lang) or [[]]
    ]
