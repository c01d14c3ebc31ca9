"""The people of the tests: one of each role, in one site and programme, and a stranger in another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.kit.ids import new_code, new_token, token_hash
from lms.kit.permissions import Actor, Role
from lms.people import queries
from lms.people.models import AccessGrant, Employment, Job, Person, Placement, Programme, Site, UserSession

HIRED = date(2026, 1, 5)


@dataclass(frozen=True)
class Member:
    """Somebody of the cast: ids for queries, the actor for commands, the token for a browser."""

    id: int
    code: str
    number: str
    actor: Actor
    token: str

    def enter(self, client: FlaskClient, now: datetime | None = None) -> FlaskClient:
        """Sign a test client in as this person, without the form."""
        moment = int((now or datetime.now(UTC)).timestamp())
        with client.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"], cookie["_fresh"], cookie["seen"] = self.token, True, moment
        return client


@dataclass(frozen=True)
class Cast:
    """`agent` is supervised by `coordinator`; `trainer` and `hr` hold the site `norte`; `stranger` works elsewhere."""

    site_id: int
    programme_id: int
    job_id: int
    other_site_id: int
    other_programme_id: int
    agent: Member
    coordinator: Member
    trainer: Member
    hr: Member
    author: Member
    auditor: Member
    administrator: Member
    stranger: Member  # a learner of the other site
    other_coordinator: Member  # a coordinator of the other site, with a team of one: `stranger`

    def members(self) -> dict[str, Member]:
        return {name: value for name, value in vars(self).items() if isinstance(value, Member)}


def make_cast(session: Session, now: datetime) -> Cast:
    """Write the cast into a migrated database."""
    north = Site(code=new_code(), name="Norte", zone="America/Argentina/Buenos_Aires")
    south = Site(code=new_code(), name="Sur", zone="America/Bogota")
    bank = Programme(code=new_code(), name="Banco")
    shop = Programme(code=new_code(), name="Tienda")
    agent_job = Job(code=new_code(), name="Agente", key_customer_related=True)
    session.add_all([north, south, bank, shop, agent_job])
    session.flush()
    made: dict[str, Person] = {}

    def person(name: str, number: str, site: Site, programme: Programme, supervisor: Person | None = None) -> Person:
        row = Person(
            code=new_code(), employee_number=number, given_name=name, family_name="Prueba", created_at=now, email=None
        )
        session.add(row)
        session.flush()
        session.add(Employment(person_id=row.id, hired_on=HIRED))
        session.add(
            Placement(
                code=new_code(),
                person_id=row.id,
                site_id=site.id,
                programme_id=programme.id,
                job_id=agent_job.id,
                supervisor_id=supervisor.id if supervisor else None,
                from_day=HIRED,
            )
        )
        made[name] = row
        return row

    def grant(row: Person, role: Role, site: Site | None = None) -> None:
        session.add(
            AccessGrant(code=new_code(), person_id=row.id, role=role, site_id=site.id if site else None, granted_at=now)
        )

    coordinator = person("Coordinadora", "C1", north, bank)
    other_coordinator = person("Coordinador", "C2", south, shop)
    grant(coordinator, Role.COORDINATOR)
    grant(other_coordinator, Role.COORDINATOR)
    for name, number, role, site in (
        ("Formadora", "T1", Role.TRAINER, north),
        ("Recursos", "H1", Role.HR, north),
        ("Autora", "A1", Role.AUTHOR, None),
        ("Auditor", "U1", Role.AUDITOR, None),
        ("Administra", "X1", Role.ADMINISTRATOR, None),
    ):
        grant(person(name, number, north, bank), role, site)
    grant(person("Agente", "L1", north, bank, coordinator), Role.LEARNER)
    grant(person("Extraña", "L2", south, shop, other_coordinator), Role.LEARNER)
    session.flush()

    def member(name: str) -> Member:
        row = made[name]
        token = new_token()
        session.add(
            UserSession(
                token_hash=token_hash(token),
                person_id=row.id,
                created_at=now,
                expires_at=datetime(2100, 1, 1, tzinfo=UTC),
                browser="test",
            )
        )
        session.flush()
        actor = queries.actor_for_person(session, row, now, "America/Argentina/Buenos_Aires")
        return Member(row.id, row.code, row.employee_number, actor, token)

    return Cast(
        site_id=north.id,
        programme_id=bank.id,
        job_id=agent_job.id,
        other_site_id=south.id,
        other_programme_id=shop.id,
        agent=member("Agente"),
        coordinator=member("Coordinadora"),
        trainer=member("Formadora"),
        hr=member("Recursos"),
        author=member("Autora"),
        auditor=member("Auditor"),
        administrator=member("Administra"),
        stranger=member("Extraña"),
        other_coordinator=member("Coordinador"),
    )
