"""Who works in the demo company and what became of them. Every name is invented; no line stands for a real person.

Days of a road are counted in working days before the day of the build, so that the company is always up to date.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from zoneinfo import ZoneInfo

from lms.kit.permissions import Role

SEED = 20
COURSE = "certificacion-copc"
SITES = {
    "rosario": ("Sede Rosario", "America/Argentina/Buenos_Aires"),
    "bogota": ("Sede Bogotá", "America/Bogota"),
    "mendoza": ("Sede Mendoza", "America/Argentina/Buenos_Aires"),
}
PROGRAMMES = {
    "banca": "Banca Horizonte",
    "tienda": "Tienda Marea",
    "seguros": "Seguros Faro",
    "viajes": "Viajes Nubelar",
    "energia": "Energía Trascoral",
    "salud": "Salud Almendrillo",
}


def zone_of(site: str) -> ZoneInfo:
    """The time zone of a site."""
    return ZoneInfo(SITES[site][1])


GO_LIVE = 250
"""Working days before today on which the company began to keep its records here: about a year."""


@dataclass(frozen=True)
class JobPlan:
    """A job; `key` ones serve customers. `skills` are keys of `SKILLS`; a key job without any has no profile yet."""

    name: str
    key: bool
    skills: tuple[str, ...] = ()


JOBS = {
    "telefonico": JobPlan("Agente telefónico", True, ("escucha", "sistema", "datos")),
    "digital": JobPlan("Agente digital", True, ("escritura", "sistema", "datos")),
    "calidad": JobPlan("Analista de calidad", True, ("desvios", "datos")),
    "soporte": JobPlan("Agente de soporte", True, ("escucha", "diagnostico", "datos")),
    "retencion": JobPlan("Agente de retención", True),
    "coordinacion": JobPlan("Coordinación", False),
    "jefatura": JobPlan("Jefatura de centro", False),
    "formacion": JobPlan("Formación", False),
    "personas": JobPlan("Recursos humanos", False),
    "contenidos": JobPlan("Contenidos y auditoría", False),
}


@dataclass(frozen=True)
class SkillPlan:
    """A skill: its name, whether it is knowledge, how it is verified, the score that passes, how many days it stands."""

    name: str
    description: str
    knowledge: bool
    method: str
    percent: int
    valid_days: int


SKILLS = {
    "escucha": SkillPlan(
        "Escucha y empatía",
        "Deja hablar, pregunta, confirma lo entendido y trata a cada persona como le gustaría ser tratada.",
        False,
        "monitored_contacts",
        90,
        270,
    ),
    "sistema": SkillPlan(
        "Manejo del sistema de atención",
        "Encuentra, registra y deriva sin hacer esperar de más.",
        False,
        "observation",
        85,
        365,
    ),
    "escritura": SkillPlan(
        "Escritura clara",
        "Responde por chat y correo en pocas palabras, sin faltas.",
        False,
        "monitored_contacts",
        90,
        270,
    ),
    "diagnostico": SkillPlan(
        "Diagnóstico de fallas",
        "Hace las preguntas justas, en orden, y llega a la causa.",
        False,
        "observation",
        85,
        365,
    ),
    "datos": SkillPlan(
        "Protección de datos", "Valida la identidad y no revela lo que no corresponde.", True, "role_play", 90, 365
    ),
    "desvios": SkillPlan(
        "Detección de desvíos",
        "Encuentra los errores críticos y los clasifica igual que sus pares.",
        False,
        "observation",
        90,
        365,
    ),
}


@dataclass(frozen=True)
class StaffPlan:
    """Somebody who does not take contacts. `grants` are roles with the site they hold in ("" for no bound)."""

    key: str
    number: str
    given: str
    family: str
    job: str
    site: str
    programme: str
    supervisor: str
    years: int
    grants: tuple[tuple[Role, str], ...]


ADMINISTRATOR = ("A001", "Marina", "Olmedo")
"""The first account; without an employment, as `lms setup` makes it."""

HR = StaffPlan("ines", "H001", "Inés", "Carranza", "personas", "rosario", "banca", "", 6, ((Role.HR, ""),))
STAFF = (
    StaffPlan(
        "esteban", "J001", "Esteban", "Quiroga", "jefatura", "rosario", "banca", "", 8, ((Role.COORDINATOR, "rosario"),)
    ),
    StaffPlan(
        "rocio", "J002", "Rocío", "Pardo", "jefatura", "bogota", "tienda", "", 5, ((Role.COORDINATOR, "bogota"),)
    ),
    StaffPlan(
        "lucia",
        "C001",
        "Lucía",
        "Ferreyra",
        "coordinacion",
        "rosario",
        "banca",
        "esteban",
        4,
        ((Role.COORDINATOR, ""),),
    ),
    StaffPlan(
        "andres", "C002", "Andrés", "Salcedo", "coordinacion", "bogota", "tienda", "rocio", 3, ((Role.COORDINATOR, ""),)
    ),
    StaffPlan(
        "paula", "F001", "Paula", "Benegas", "formacion", "rosario", "banca", "esteban", 5, ((Role.TRAINER, "rosario"),)
    ),
    StaffPlan(
        "camilo", "F002", "Camilo", "Rentería", "formacion", "bogota", "tienda", "rocio", 3, ((Role.TRAINER, "bogota"),)
    ),
    StaffPlan(
        "nadia",
        "Q001",
        "Nadia",
        "Bustos",
        "calidad",
        "rosario",
        "banca",
        "esteban",
        3,
        ((Role.TRAINER, "rosario"), (Role.TRAINER, "bogota")),
    ),
    StaffPlan(
        "dario", "J003", "Darío", "Fontanel", "jefatura", "mendoza", "salud", "", 4, ((Role.COORDINATOR, "mendoza"),)
    ),
    StaffPlan(
        "celia", "F003", "Celia", "Amestoy", "formacion", "mendoza", "salud", "dario", 3, ((Role.TRAINER, "mendoza"),)
    ),
    StaffPlan(
        "ramon", "Q002", "Ramón", "Iturbe", "calidad", "mendoza", "salud", "dario", 3, ((Role.TRAINER, "mendoza"),)
    ),
    StaffPlan(
        "tomas", "E001", "Tomás", "Villalba", "contenidos", "rosario", "banca", "esteban", 4, ((Role.AUTHOR, ""),)
    ),
    StaffPlan(
        "graciela", "U001", "Graciela", "Montiel", "contenidos", "rosario", "banca", "", 7, ((Role.AUDITOR, ""),)
    ),
)


class Stage(IntEnum):
    """How far somebody's road has got; each stage holds those before it."""

    ASSIGNED = 1  # the course waits
    READING = 2  # one module done, one begun
    TESTED = 3  # modules done, attempts made
    CERTIFIED = 4
    PRE_OJT_FAILED = 5  # an action plan is open
    PRACTICE = 6  # pre-OJT passed, one day of OJT
    SIGNING = 7  # every skill verified, the manager's last signature waits
    READY = 8
    LIVE = 9  # takes contacts


@dataclass(frozen=True)
class AgentPlan:
    """Somebody who takes contacts, or is on the way.

    `start`: working days before today on which the road begins. `hired`: calendar days before today, None for the day
    the road begins. `attempts`: "F" a failed one, "P" a passed one. `stumbles`: the skill that was failed first, with an
    action plan. `renews`: how many days before its end the first skill is verified again (negative: late), None: not.
    `ends_in`: in how many days the first skill's verification runs out, where that day matters. `refresh`: when a
    refresher was assigned, and whether it was taken. `due_days`: days to complete the course. `left`: working days
    before today, with reason and whether it was their own wish.
    """

    key: str
    number: str
    given: str
    family: str
    team: str
    job: str
    start: int
    stage: Stage
    attempts: str = "P"
    hired: int | None = None
    ability: float = 0.85
    stumbles: str = ""
    renews: int | None = 10
    ends_in: int | None = None
    refresh: tuple[int, bool] | None = None
    due_days: int = 7
    temporary: bool = False
    left: tuple[int, str, bool] | None = None


TEAMS = {"lucia": ("rosario", "banca"), "andres": ("bogota", "tienda")}
VERIFIERS = {"lucia": ("paula", "nadia", "lucia"), "andres": ("camilo", "nadia", "andres")}
"""Of each team: who evaluates, who witnesses, who signs as manager."""

AGENTS = (
    # The team of the coordinator whom the demo shows first: one of each state.
    AgentPlan("sofia", "L101", "Sofía", "Arrieta", "lucia", "telefonico", 0, Stage.ASSIGNED),
    AgentPlan("bruno", "L102", "Bruno", "Cáceres", "lucia", "telefonico", 3, Stage.READING, temporary=True),
    AgentPlan(
        "carla", "L103", "Carla", "Domínguez", "lucia", "telefonico", 7, Stage.TESTED, "F", ability=0.6, due_days=21
    ),
    AgentPlan("diego", "L104", "Diego", "Escalante", "lucia", "telefonico", 7, Stage.CERTIFIED),
    AgentPlan("elena", "L105", "Elena", "Funes", "lucia", "telefonico", 9, Stage.PRACTICE),
    AgentPlan("federico", "L106", "Federico", "Gallo", "lucia", "telefonico", 70, Stage.LIVE, stumbles="sistema"),
    AgentPlan("gabriela", "L107", "Gabriela", "Herrera", "lucia", "telefonico", 192, Stage.LIVE, ends_in=20),
    AgentPlan("hernan", "L108", "Hernán", "Ibáñez", "lucia", "telefonico", 12, Stage.PRE_OJT_FAILED, ability=0.78),
    AgentPlan(
        "ignacio", "L109", "Ignacio", "Juárez", "lucia", "telefonico", 245, Stage.LIVE, hired=1500, refresh=(30, True)
    ),
    AgentPlan("julieta", "L110", "Julieta", "Krause", "lucia", "telefonico", 228, Stage.LIVE, "FP", hired=1130),
    AgentPlan("karina", "L111", "Karina", "Ledesma", "lucia", "telefonico", 15, Stage.READY),
    AgentPlan("lautaro", "L114", "Lautaro", "Medina", "lucia", "telefonico", 14, Stage.SIGNING),
    # The other site.
    AgentPlan(
        "manuel", "L201", "Manuel", "Acosta", "andres", "digital", 248, Stage.LIVE, hired=900, refresh=(2, False)
    ),
    AgentPlan("natalia", "L202", "Natalia", "Barrios", "andres", "digital", 247, Stage.LIVE, hired=760),
    AgentPlan("oscar", "L203", "Óscar", "Cifuentes", "andres", "digital", 230, Stage.LIVE, "FP", hired=410, renews=-6),
    AgentPlan("patricia", "L204", "Patricia", "Duarte", "andres", "digital", 150, Stage.LIVE),
    AgentPlan("raul", "L205", "Raúl", "Espinel", "andres", "digital", 128, Stage.LIVE, "FP", stumbles="escritura"),
    AgentPlan("silvia", "L206", "Silvia", "Forero", "andres", "digital", 104, Stage.LIVE),
    AgentPlan("teo", "L207", "Teo", "Garzón", "andres", "digital", 60, Stage.LIVE, temporary=True),
    AgentPlan("ursula", "L208", "Úrsula", "Henao", "andres", "digital", 38, Stage.LIVE),
    AgentPlan("victor", "L209", "Víctor", "Jaimes", "andres", "retencion", 50, Stage.CERTIFIED),
    # Those who left.
    AgentPlan(
        "walter",
        "L301",
        "Walter",
        "Kuhn",
        "lucia",
        "telefonico",
        226,
        Stage.LIVE,
        hired=700,
        left=(118, "Mejor oferta", True),
    ),
    AgentPlan("ximena", "L302", "Ximena", "Luna", "andres", "digital", 171, Stage.LIVE, left=(92, "Estudios", True)),
    AgentPlan(
        "yamil",
        "L303",
        "Yamil",
        "Nazar",
        "lucia",
        "telefonico",
        84,
        Stage.TESTED,
        "FFF",
        ability=0.5,
        left=(66, "No aprobó la formación inicial", False),
    ),
    AgentPlan("zoe", "L304", "Zoé", "Ocampo", "andres", "digital", 140, Stage.LIVE, left=(30, "Bajo desempeño", False)),
)

RETURNER = AgentPlan(
    "abril", "L112", "Abril", "Peralta", "lucia", "telefonico", 224, Stage.LIVE, hired=820, left=(150, "Mudanza", True)
)
RETURN_ON = 62
"""The returner comes back this many working days before today: after more than the gap, so that all is verified again."""
MOVER = AgentPlan("benicio", "L113", "Benicio", "Quispe", "lucia", "telefonico", 220, Stage.LIVE, hired=640)
MOVE_ON = 45
MOVE_TO = "seguros"
"""The mover changes programme this many working days before today, and walks the road of the new one."""
