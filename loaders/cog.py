"""The official geographic code of France: every territory, its codes, figures and history.

The files are given on the command line, in any order and under any names; which table each holds is
told from its columns (``cog.yml``). Regions, departments and communes are required; whatever else
is missing is said in the report with what is therefore not loaded.

- A commune is directly within its arrondissement (or its department, where there is none) and its
  intercommunal territory. That territory is directly within its department when all its communes
  are; otherwise within the smallest territory that holds it whole, and it overlaps the departments
  and regions it straddles.
- A code is a key only together with its type: 584 codes are both a commune's and that of one of its
  delegated or associated communes. INSEE numbers municipal arrondissements among the communes and
  their IRIs are there too; delegated and associated communes have their own.
- The IRI of a code that is no longer a commune's stands for the former commune, with the day it
  ended; ``dcterms:isReplacedBy`` leads to the commune of today, through however many changes.
- Populations and rural shares of larger territories are summed over their communes; nothing is
  stated when one of them is unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from importlib.resources import as_file, files
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from essaim.loaders.cog_contours import Polygon, centroid, wkt
from essaim.loaders.cog_history import Former
from essaim.loaders.cog_tables import Commune, Part, Places, read_places
from essaim.loaders.context import Context
from essaim.loaders.entity import Entity
from essaim.loaders.given_tables import GivenTables
from essaim.loaders.source import Source
from essaim.ontology.names import DCTERMS, ESS, GEO, SKOS

__all__ = ["SOURCE", "load"]

SOURCE: Final = Source(
    name="cog",
    title_fr="Code officiel géographique : territoires, codes, populations, zonages, contours",
    title_en="Official geographic code: territories, codes, populations, zonings, contours",
    publisher="INSEE, DGCL (BANATIC), IGN",
    licence="https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    homepage="https://github.com/datagouv/decoupage-administratif",
    version="1",
    expected={
        "ess:Region": (18, 18),
        "ess:Departement": (101, 101),
        "ess:Commune": (34_000, 36_000),
    },
)

_CODES_PAGE: Final = NamedNode("https://github.com/datagouv/decoupage-administratif")
_ZONINGS_PAGE: Final = NamedNode("https://github.com/MaelTheuliere/COGiter")
_CONTOURS_PAGE: Final = NamedNode("https://github.com/MTES-MCT/aides-territoires")

_PARTS: Final = {
    "COMD": (ESS.DelegatedCommune, "commune-deleguee", "commune déléguée", "delegated commune"),
    "COMA": (ESS.AssociatedCommune, "commune-associee", "commune associée", "associated commune"),
}
_ZONES: Final = {
    "urban-unit": (ESS.UrbanUnit, "unité urbaine", "urban unit"),
    "attraction-area": (ESS.AttractionArea, "aire d'attraction", "attraction area"),
    "living-area": (ESS.LivingArea, "bassin de vie", "living area"),
    "employment-zone": (ESS.EmploymentZone, "zone d'emploi", "employment zone"),
}
_RURAL: Final = Decimal("0.5")
_URBAN: Final = Decimal("0.2")


def load(ctx: Context) -> None:
    """State every territory of the tables given."""
    with as_file(files("essaim.loaders") / "cog.yml") as path:
        about = ctx.yaml(path)
    given = GivenTables(ctx, about["tables"], besides=(".geojson", ".json"))
    if not given.besides:
        ctx.report.warnings.append("No contour was given: geometries are not loaded.")
    places = read_places(ctx, given, about)
    _Statements(ctx, places, about).emit()


class _Statements:
    """What is stated of the places that were read."""

    def __init__(self, ctx: Context, places: Places, about: Mapping[str, Any]) -> None:
        self._ctx = ctx
        self._places = places
        self._about = about
        self._france = ctx.iri("territory", "country", "FR")

    def emit(self) -> None:
        self._ctx.emit(
            self._ctx.make(ESS.Country, self._france).label("France").add(ESS.isoCode, "FR")
        )
        self._emit_regions()
        self._emit_departements()
        self._emit_arrondissements()
        self._emit_epcis()
        for code, commune in self._places.communes.items():
            self._emit_commune(code, commune)
        for part in self._places.parts:
            self._emit_part(part)
        for code, former in self._places.former.items():
            self._emit_former(code, former)
        self._emit_zones()

    # territories

    def _emit_regions(self) -> None:
        inside = _grouped(
            (self._places.departements[commune.departement][1], code)
            for code, commune in self._places.communes.items()
            if commune.departement
        )
        for code, name in self._places.regions.items():
            region = self._territory(ESS.Region, "region", code, name)
            region.add(ESS.inseeCode, code).add(ESS.directlyWithin, self._france)
            self._describe(region, inside[code])
            self._outline(region, "region", code)
            self._ctx.emit(region)

    def _emit_departements(self) -> None:
        inside = _grouped((c.departement, code) for code, c in self._places.communes.items())
        for code, (name, region) in self._places.departements.items():
            departement = self._territory(ESS.Departement, "departement", code, name)
            departement.add(ESS.inseeCode, code)
            departement.add(ESS.directlyWithin, self._iri("region", region))
            self._describe(departement, inside[code])
            self._outline(departement, "departement", code)
            self._ctx.emit(departement)
        for code, name in self._places.collectivities.items():
            collectivity = self._territory(
                ESS.OverseasCollectivity, "collectivite-outremer", code, name
            )
            collectivity.add(ESS.inseeCode, code).add(ESS.directlyWithin, self._france)
            self._ctx.emit(collectivity)

    def _emit_arrondissements(self) -> None:
        inside = _grouped((c.arrondissement, code) for code, c in self._places.communes.items())
        for code, (name, departement) in self._places.arrondissements.items():
            iri = self._iri("arrondissement", code)
            entity = self._ctx.make(ESS.Arrondissement, iri)
            entity.label(f"{name} (arrondissement)").add(DCTERMS.source, _CODES_PAGE)
            entity.add(ESS.inseeCode, code)
            entity.add(ESS.directlyWithin, self._iri("departement", departement))
            self._count(entity, inside[code])
            self._ctx.emit(entity)

    def _emit_epcis(self) -> None:
        inside = _grouped((epci, code) for code, epci in self._places.members.items())
        for number, (name, nature) in self._places.epcis.items():
            epci = self._territory(ESS.EPCI, "epci", number, name).add(ESS.siren, number)
            epci.add(ESS.typology, self._typology(self._about["natures"][nature]))
            self._contain(epci, inside[number])
            self._describe(epci, inside[number])
            parts = [self._places.contours.get(("commune", code)) for code in inside[number]]
            if all(parts):
                self._centre(epci, [polygon for part in parts if part for polygon in part.polygons])
            self._ctx.emit(epci)

    def _contain(self, epci: Entity, communes: Iterable[str]) -> None:
        """Place an intercommunal territory in the smallest territory that holds it whole."""
        departements = sorted({self._places.communes[code].departement for code in communes})
        regions = sorted({self._places.departements[code][1] for code in departements if code})
        if len(departements) == 1 and departements[0]:
            epci.add(ESS.directlyWithin, self._iri("departement", departements[0]))
            return
        is_in_one = len(regions) == 1
        epci.add(ESS.directlyWithin, self._iri("region", regions[0]) if is_in_one else self._france)
        epci.add(ESS.overlaps, *(self._iri("departement", code) for code in departements if code))
        if not is_in_one:
            epci.add(ESS.overlaps, *(self._iri("region", code) for code in regions))

    def _emit_commune(self, code: str, commune: Commune) -> None:
        entity = self._territory(ESS.Commune, "commune", code, commune.name)
        entity.add(ESS.inseeCode, code).add(ESS.siren, self._places.sirens.get(code))
        if commune.arrondissement in self._places.arrondissements:
            entity.add(ESS.directlyWithin, self._iri("arrondissement", commune.arrondissement))
        elif commune.departement:
            entity.add(ESS.directlyWithin, self._iri("departement", commune.departement))
        else:
            entity.add(ESS.directlyWithin, self._iri("collectivite-outremer", commune.collectivity))
        epci = self._places.members.get(code)
        if epci in self._places.epcis:
            entity.add(ESS.directlyWithin, self._iri("epci", epci))
        if code.startswith(("97", "98")):
            entity.add(ESS.typology, self._typology("overseas"))
        for name in sorted(self._places.former_names.get(code, ())):
            entity.text(SKOS.altLabel, fr=name)
        self._describe(entity, [code])
        self._add_zones(entity, code)
        self._outline(entity, "commune", code)
        self._ctx.emit(entity)

    def _emit_part(self, part: Part) -> None:
        if part.kind == "ARM":
            entity = self._territory(ESS.MunicipalArrondissement, "commune", part.code, part.name)
        else:
            cls, kind, fr, en = _PARTS[part.kind]
            entity = self._ctx.make(cls, self._iri(kind, part.code))
            entity.label(f"{part.name} ({fr})", f"{part.name} ({en})")
            entity.add(DCTERMS.source, _CODES_PAGE)
        entity.add(ESS.inseeCode, part.code)
        entity.add(ESS.directlyWithin, self._iri("commune", part.commune))
        if part.kind == "ARM":
            self._count(entity, [part.code])
        self._ctx.emit(entity)

    def _emit_former(self, code: str, former: Former) -> None:
        entity = self._ctx.make(ESS.FormerCommune, self._iri("commune", code))
        fr, en = ("ancien code", "former code")
        if not former.is_moved:
            fr, en = ("ancienne commune", "former commune")
        entity.label(f"{former.name} ({fr})", f"{former.name} ({en})")
        entity.add(DCTERMS.source, _CODES_PAGE).add(ESS.inseeCode, code)
        entity.add(ESS.siren, self._places.sirens.get(code)).date(ESS.end, former.end)
        heirs = [self._iri("commune", heir) for heir in former.today]
        entity.add(DCTERMS.isReplacedBy, *heirs)
        entity.add(ESS.directlyWithin if len(heirs) == 1 else ESS.overlaps, *heirs)
        self._outline(entity, "commune", code)
        self._ctx.emit(entity)

    def _emit_zones(self) -> None:
        for (kind, code), name in self._places.zones.items():
            cls, fr, en = _ZONES[kind]
            zone = self._ctx.make(cls, self._ctx.iri("zone", kind, code))
            zone.label(f"{name} ({fr})", f"{name} ({en})").add(ESS.zoneCode, code)
            self._ctx.emit(zone.add(DCTERMS.source, _ZONINGS_PAGE))

    # what is said of a territory

    def _territory(self, cls: NamedNode, kind: str, code: str, name: str) -> Entity:
        entity = self._ctx.make(cls, self._iri(kind, code))
        entity.label(name, self._about["english"].get(f"{kind}/{code}"))
        return entity.add(DCTERMS.source, _CODES_PAGE)

    def _describe(self, entity: Entity, communes: list[str]) -> None:
        """Add the figures of a territory, and what they say of its settlement."""
        self._count(entity, communes)
        share = self._places.rural_share(communes)
        if share is None:
            return
        entity.add(ESS.ruralShare, share).add(DCTERMS.source, _ZONINGS_PAGE)
        settlement = "rural" if share >= _RURAL else "urban" if share < _URBAN else "intermediate"
        entity.add(ESS.typology, self._typology(settlement))

    def _count(self, entity: Entity, communes: list[str]) -> None:
        counted = self._places.population(communes)
        if counted is not None:
            entity.add(ESS.population, counted[0]).date(ESS.populationYear, counted[1])

    def _add_zones(self, entity: Entity, code: str) -> None:
        zoning = self._places.zonings.get(code)
        if zoning is None:
            return
        for kind, zone in zoning.zones.items():
            entity.add(ESS.inZone, self._ctx.iri("zone", kind, zone))
        place = self._about["attraction"].get(zoning.attraction)
        if place is not None:
            entity.add(ESS.typology, self._typology(place))
        elif zoning.attraction:
            reason = "Place in an attraction area not known"
            self._ctx.issue(reason, file="zonings", column="CATEAAV2020", value=zoning.attraction)

    def _outline(self, entity: Entity, level: str, code: str) -> None:
        contour = self._places.contours.get((level, code))
        if contour is None:
            return
        geometry = self._ctx.make(GEO.Geometry, self._ctx.iri("geometry", level, code))
        text = Literal(wkt(contour.polygons), datatype=GEO.wktLiteral)
        self._ctx.emit(geometry.add(GEO.asWKT, text).add(DCTERMS.source, _CONTOURS_PAGE))
        entity.add(GEO.hasGeometry, geometry)
        self._centre(entity, contour.polygons)

    def _centre(self, entity: Entity, polygons: list[Polygon]) -> None:
        latitude, longitude = (Decimal(str(round(angle, 3))) for angle in centroid(polygons))
        entity.add(ESS.latitude, latitude).add(ESS.longitude, longitude)
        entity.add(DCTERMS.source, _CONTOURS_PAGE)

    def _typology(self, key: str) -> NamedNode:
        return self._ctx.concept("typology", key)

    def _iri(self, kind: str, code: str) -> NamedNode:
        return self._ctx.iri("territory", kind, code)


def _grouped(pairs: Iterable[tuple[str, str]]) -> defaultdict[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for group, code in pairs:
        groups[group].append(code)
    return groups
