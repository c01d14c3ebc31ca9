"""The registry of figures. A figure is one entry: see docs/adding-a-figure.md."""

from __future__ import annotations

from dataclasses import dataclass

from lms.kit.errors import NotFound
from lms.metrics.figures import c3, c4
from lms.metrics.figures.base import Figure, Point, Series, by_cell, evaluate, year_to_date
from lms.metrics.rules import N_

__all__ = [
    "FIGURES",
    "ITEMS",
    "Figure",
    "Item",
    "Point",
    "Series",
    "by_cell",
    "evaluate",
    "figure_by_key",
    "year_to_date",
]

FIGURES: tuple[Figure, ...] = (*c3.FIGURES, *c4.FIGURES)
_BY_KEY = {figure.key: figure for figure in FIGURES}


@dataclass(frozen=True)
class Item:
    """An item of category C. `to_come` says what will stand there, and is empty where figures stand already."""

    code: str
    title: str
    to_come: str = ""

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in FIGURES if figure.item == self.code)


ITEMS = (
    Item(
        "C.1",
        N_("Definición de puestos"),
        N_("Acá va a estar la parte de los puestos clave en uso que tienen un perfil vigente y aprobado."),
    ),
    Item(
        "C.2",
        N_("Búsqueda y selección"),
        N_(
            "Acá van a estar los ingresos que cumplían todos los requisitos mínimos, "
            "la permanencia a 30, 60 y 90 días y cuántos ingresos llegaron a estar listos."
        ),
    ),
    Item("C.3", N_("Formación y desarrollo")),
    Item("C.4", N_("Verificación de habilidades y conocimientos")),
    Item(
        "C.5",
        N_("Rotación"),
        N_("Acá va a estar la rotación mensual y anualizada, voluntaria e involuntaria y por antigüedad."),
    ),
    Item(
        "C.6",
        N_("Monitoreo y coaching"),
        N_(
            "Acá van a estar la cobertura del monitoreo, la precisión de errores críticos por familia, "
            "el acuerdo de las calibraciones y el coaching cerrado en fecha."
        ),
    ),
)


def figure_by_key(key: str) -> Figure:
    """Raises: NotFound("metrics.figure_not_found")."""
    found = _BY_KEY.get(key)
    if found is None:
        raise NotFound("metrics.figure_not_found")
    return found
