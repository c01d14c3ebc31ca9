"""Who can sign in to a demo: one account a role, offered on the sign-in page of a demo and nowhere else.

The data stands here, below the application, because the sign-in page of every server process shows it; the demo itself,
above, makes these people. README's table is this one.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lms.kit.permissions import Role
from lms.web.context import settings

COMPANY = "Centro de contacto Aurora"
"""The name of the demo company, which is invented."""


@dataclass(frozen=True)
class Account:
    """Somebody of the demo who can sign in, for the sign-in page and the table that the command prints."""

    number: str
    name: str
    role: Role
    role_text: LazyString
    look_at: LazyString

    @property
    def password(self) -> str:
        return PASSWORDS[self.role]


PASSWORDS = {
    Role.LEARNER: "la primera llamada siempre enseña",
    Role.COORDINATOR: "mi equipo cruza la puerta listo",
    Role.TRAINER: "practicar hoy ahorra disculpas",
    Role.HR: "cada hora tiene su comprobante",
    Role.AUTHOR: "una buena pregunta mide una cosa",
    Role.AUDITOR: "muéstreme el registro que lo prueba",
    Role.ADMINISTRATOR: "quién puede qué, desde cuándo",
}
"""One password a role, in the open: they guard nothing but invented records, and work in a demo only."""

ACCOUNTS = (
    Account(
        "L101",
        "Sofía Arrieta",
        Role.LEARNER,
        _l("Agente, ingresó hoy"),
        _l("El primer paso y la certificación que la espera"),
    ),
    Account(
        "L102", "Bruno Cáceres", Role.LEARNER, _l("Agente, a mitad del curso"), _l("El camino de módulos y el glosario")
    ),
    Account(
        "L103",
        "Carla Domínguez",
        Role.LEARNER,
        _l("Agente, puede rendir otra vez"),
        _l("Un resultado que dice qué repasar"),
    ),
    Account(
        "L106",
        "Federico Gallo",
        Role.LEARNER,
        _l("Agente, toma contactos"),
        _l("El umbral abierto y el certificado con QR"),
    ),
    Account(
        "C001",
        "Lucía Ferreyra",
        Role.COORDINATOR,
        _l("Coordinación"),
        _l("Quién está listo, qué espera firma, qué vence"),
    ),
    Account("J001", "Esteban Quiroga", Role.COORDINATOR, _l("Jefatura de centro"), _l("El umbral de toda una sede")),
    Account("F001", "Paula Benegas", Role.TRAINER, _l("Formación"), _l("Registrar práctica y verificaciones")),
    Account(
        "H001", "Inés Carranza", Role.HR, _l("Recursos humanos"), _l("Horas por corte, cierre de mes y categoría C")
    ),
    Account("E001", "Tomás Villalba", Role.AUTHOR, _l("Contenidos"), _l("Cursos, bancos y encuestas publicados")),
    Account("U001", "Graciela Montiel", Role.AUDITOR, _l("Auditoría"), _l("De cualquier número a sus registros")),
    Account(
        "A001", "Marina Olmedo", Role.ADMINISTRATOR, _l("Administración"), _l("Permisos, sedes y auditoría sellada")
    ),
)


def sign_in_card() -> str | None:
    """Fills `sign_in`: one button an account. None outside a demo, however this came to be wired."""
    if not settings().demo:
        return None
    return render_template("home/_demo_accounts.html", accounts=ACCOUNTS)
