"""What an author reads of a plan that contradicts itself or its bank: in Spanish, as every message of a check."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from lms.assessment.rules.filling import FixedFault, FixedKind, Lack, LackKind, Supply, supplies, unseen_attempts
from lms.assessment.rules.plan import Candidate, Section, TestPlan


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a plan says against itself, and the key of its document where it says so."""

    key: str
    message: str


def contradictions(plan: TestPlan) -> list[Contradiction]:
    """Everything that cannot hold together in `plan`, whatever the bank."""
    return [*_times(plan), *_pages(plan), *_fixed(plan), *_networks(plan)]


def _times(plan: TestPlan) -> list[Contradiction]:
    if plan.opens is None or plan.closes is None:
        return []
    if plan.closes <= plan.opens:
        return [Contradiction("closes", "«closes» no es posterior a «opens»: nadie podría empezar")]
    window = plan.closes - plan.opens
    waits = timedelta(hours=plan.delay_hours) * (plan.attempts - 1)
    if plan.attempts > 1 and waits >= window:
        fit = 1 + int((window - timedelta(microseconds=1)) / timedelta(hours=plan.delay_hours))
        told = f"entre «opens» y «closes» entran {fit}, con {plan.delay_hours} horas entre uno y otro"
        return [Contradiction("attempts", f"el plan da {plan.attempts} intentos y {told}")]
    return []


def _pages(plan: TestPlan) -> list[Contradiction]:
    if plan.per_page > plan.size > 0:
        message = f"«per_page: {plan.per_page}» pasa del número de preguntas de la prueba, {plan.size}"
        return [Contradiction("per_page", message)]
    return []


def _fixed(plan: TestPlan) -> list[Contradiction]:
    found = [
        Contradiction("fixed", f"la pregunta fija «{key}» está {many} veces; dejar una")
        for key, many in Counter(plan.fixed).items()
        if many > 1
    ]
    if plan.fixed_points != 1 and not plan.fixed:
        found.append(
            Contradiction("fixed_points", "«fixed_points» no tiene preguntas a las que dar puntos: falta «fixed»")
        )
    return found


def _networks(plan: TestPlan) -> list[Contradiction]:
    found = []
    for text in plan.addresses:
        try:
            ipaddress.ip_network(text)
        except ValueError:
            rule = "una red como «10.20.0.0/16», sin nada después de la parte que nombra la red"
            found.append(Contradiction("addresses", f"«{text}» no es {rule}"))
    return found


def describe_fixed(fault: FixedFault) -> str:
    """What an author reads about a fixed question that cannot be."""
    name = f"la pregunta fija «{fault.key}»"
    return {
        FixedKind.UNKNOWN: f"{name} no existe en el banco",
        FixedKind.POOL: f"{name} es de práctica («pool: practice»): no puede estar en la prueba",
        FixedKind.STATUS: f"{name} no está revisada («status»): no se sortea ni puede ser fija",
        FixedKind.SCENARIO: f"{name} es de un escenario: sale con todo el escenario, en una sección «scenarios: true»",
        FixedKind.EXCLUSIVE: f"{name} y la fija «{fault.other}» se excluyen: tienen el mismo «exclusive»",
    }[fault.kind]


def section_name(section: Section) -> str:
    """How messages call a section."""
    return f"«{section.topic}, {section.difficulty}»" + (" (escenarios)" if section.scenarios else "")


def describe(lack: Lack) -> str:
    """What an author reads about `lack`."""
    names = " y ".join(section_name(section) for section in lack.sections)
    if lack.kind is LackKind.OVERLAP:
        return f"las secciones {names} se superponen: una pregunta podría servir a las dos"
    if lack.kind is LackKind.SHARED:
        return f"las secciones {names} comparten el «exclusive: {lack.name}»: el de un escenario es solo de su sección"
    if lack.kind is LackKind.UNEVEN:
        with_more = f" o {lack.above}" if lack.above is not None else ""
        have = f"los escenarios enteros que hay forman {lack.available}{with_more}"
        return f"la sección {names} pide {lack.needed} preguntas y {have}"
    figures = f"pide {lack.needed} y hay {lack.available}; faltan {lack.needed - lack.available}"
    if lack.kind is LackKind.SHORT:
        return f"el banco no alcanza para la sección {names}: {figures} (de un mismo «exclusive» cuenta una sola)"
    return f"las secciones {names} se disputan las mismas preguntas excluyentes: entre todas se {figures}"


def repeats(plan: TestPlan, candidates: Sequence[Candidate]) -> str:
    """What an author reads where the attempts of the plan cannot all be of unseen questions; "" where they can."""
    unseen = unseen_attempts(plan, candidates)
    if unseen >= plan.attempts:
        return ""
    short = [each for each in supplies(plan, candidates) if each.forms < plan.attempts]
    told = f"hay preguntas para {unseen} intentos sin repetir ninguna y el plan da {plan.attempts}"
    return f"{told}: {'; '.join(_supply(each) for each in short)}" if short else told


def _supply(supply: Supply) -> str:
    section = supply.section
    return f"{section_name(section)} pide {section.count}, hay {supply.available} y alcanza para {supply.forms}"
