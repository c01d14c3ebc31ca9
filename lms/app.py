"""The application: the only place that wires capabilities together and subscribes their events."""

from __future__ import annotations

import functools
from collections.abc import Callable

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

import config
from lms.admin import work as _admin_work  # noqa: F401 - adds its pages to the routes
from lms.admin.views import routes as admin_routes
from lms.assessment import jobs as assessment_jobs
from lms.assessment import notices as assessment_notices
from lms.assessment import views as assessment_views
from lms.assessment.commands.bringing import CHECK, TAKE
from lms.assessment.commands.regrading import JOB as REGRADE
from lms.assessment.commands.statistics import JOB as MEASURE
from lms.assessment.events import ResultRegraded
from lms.assessment.views import routes as assessment_routes
from lms.authoring import notices as authoring_notices
from lms.authoring import views as authoring_views
from lms.authoring.views import routes as authoring_routes
from lms.catalog import notices as catalog_notices
from lms.catalog import views as catalog_views
from lms.catalog.events import CourseCompleted
from lms.catalog.views import routes as catalog_routes
from lms.catalog.views import searching as catalog_searching
from lms.certificates import commands as certificate_commands
from lms.certificates import notices as certificate_notices
from lms.certificates import views as certificate_views
from lms.certificates.views import routes as certificate_routes
from lms.history import views as history_views
from lms.history.views import routes as history_routes
from lms.home import demo_accounts
from lms.home.views import routes as home_routes
from lms.hours import jobs as hours_jobs
from lms.hours import views as hours_views
from lms.hours.views import routes as hours_routes
from lms.kit import dated
from lms.kit.db import Database, make_engine
from lms.kit.events import EventBus, attach
from lms.kit.files import make_store
from lms.kit.jobs import JobEnded, Jobs
from lms.kit.mail import MAIL, Letter, letter_of
from lms.kit.outbox import Message
from lms.metrics.views import routes as metrics_routes
from lms.notify import kinds as notices
from lms.notify import letters as notify_letters
from lms.notify import queries as notify_queries
from lms.notify import views as notify_views
from lms.notify.commands import LETTER
from lms.notify.commands import attach as attach_mail
from lms.notify.ready import ENDED, tell_ended
from lms.notify.views import routes as notify_routes
from lms.people import queries as people_queries
from lms.people.views import routes as people_routes
from lms.people.views import searching as people_searching
from lms.reports.views import routes as report_routes
from lms.skills import notices as skill_notices
from lms.skills import queries as skill_queries
from lms.skills import views as skill_views
from lms.skills.views import routes as skill_routes
from lms.skills.views import searching as skill_searching
from lms.surveys import commands as survey_commands
from lms.surveys import views as survey_views
from lms.surveys.views import routes as survey_routes
from lms.web import files as web_files
from lms.web import header, search, slots
from lms.web.app import init_app as init_web
from lms.web.assets import Assets
from lms.web.context import Services
from lms.web.files import routes as file_routes
from lms.web.header import HeaderItem
from lms.web.speaking import Speaking


def make_database(settings: config.Settings, bus: EventBus) -> Database:
    """The database of an installation, every session with the event bus."""
    if settings.database.startswith("sqlite"):
        settings.instance.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.database, busy_seconds=settings.busy_seconds, pool_size=settings.threads + 1)
    mail = bool(settings.mail_host) and not settings.demo

    def on_open(session: Session) -> None:
        attach(session, bus)
        attach_mail(session, mail=mail)
        dated.attach(session, settings)

    return Database(engine, on_open=on_open)


def make_bus(settings: config.Settings) -> EventBus:
    """Who hears what: facts of lower floors on their way up."""
    bus = EventBus()

    def issue_certificate(session: Session, event: CourseCompleted) -> None:
        certificate_commands.issue(session, event.completion_id, company=settings.company)

    bus.subscribe(CourseCompleted, survey_commands.ask_after)
    bus.subscribe(CourseCompleted, issue_certificate)
    bus.subscribe(ResultRegraded, certificate_commands.ask_after)
    bus.subscribe(JobEnded, tell_ended)
    return bus


def make_jobs(settings: config.Settings) -> Jobs:
    """Every kind of long work."""
    jobs = Jobs()
    files = make_store(settings)
    jobs.register(hours_jobs.RECORDS, hours_jobs.records_export(files), title=_l("Registros de horas"))
    jobs.register(MEASURE, assessment_jobs.measure_test, title=_l("Estadísticas de una prueba"))
    jobs.register(REGRADE, assessment_jobs.regrade, title=_l("Recalificación"))
    bring = functools.partial(
        assessment_jobs.bring_questions, files, media_bytes=settings.media_kib * 1024, zone=settings.zone
    )
    jobs.register(CHECK, bring(taking=False), title=_l("Revisión de un archivo de preguntas"))
    jobs.register(TAKE, bring(taking=True), title=_l("Importación de preguntas"))
    return jobs


def make_letters(database: Database, speaking: Speaking) -> dict[str, Callable[[Message], Letter | None]]:
    """What makes the letter of each outbox kind that is one; None where nothing is to be sent any more."""
    return {MAIL: letter_of, LETTER: functools.partial(notify_letters.compose, database, speaking)}


def make_speaking(settings: config.Settings, database: Database) -> Speaking:
    """The words of the worker."""
    return Speaking(lambda: create_app(settings), settings, database, people_queries.actor_by_id)


COUNTS = {"notices": notify_queries.unread_count(), "tray": notify_queries.tray_count()}
"""What the head of every page counts, in the query that says who is signed in."""


@functools.cache
def _assets() -> Assets:
    """The bundled files: they depend on the code alone, so one process makes them once."""
    return Assets()


def create_app(settings: config.Settings | None = None) -> Flask:
    """The WSGI application for these settings (default: from the environment).

    Raises: config.ConfigError for settings that cannot be used.
    """
    settings = settings or config.load()
    app = Flask(
        "lms", static_folder=None, template_folder="web/templates", instance_path=str(settings.instance.resolve())
    )
    bus = make_bus(settings)
    load_actor = functools.partial(people_queries.actor_by_token, counts=COUNTS)
    init_web(app, Services(settings, make_database(settings, bus), bus, _assets()), load_actor)
    app.extensions["umbral_jobs"] = make_jobs(settings)
    for routes in (
        people_routes,
        hours_routes,
        catalog_routes,
        assessment_routes,
        authoring_routes,
        survey_routes,
        skill_routes,
        certificate_routes,
        metrics_routes,
        history_routes,
        report_routes,
        admin_routes,
        home_routes,
        file_routes,
        notify_routes,
    ):
        app.register_blueprint(routes)
    _fill_slots(app)
    _open_files(app)
    _add_searches(app)
    _tell(app)
    if settings.demo:
        slots.fill(app, "sign_in", demo_accounts.sign_in_card)
    return app


def _open_files(app: Flask) -> None:
    """Who may have the files of each purpose: the capability that owns it says."""
    web_files.register(app, "evidence", skill_queries.reach_evidence)
    web_files.register(app, "result", notify_queries.reach_result)


def _tell(app: Flask) -> None:
    """What people are told, and the entries at the head of the page that say how much of it there is."""
    notices.register(
        app,
        catalog_notices.ASSIGNED,
        *assessment_notices.KINDS,
        authoring_notices.RELEASED,
        certificate_notices.ISSUED,
        certificate_notices.EXPIRES,
        certificate_notices.QUESTION,
        skill_notices.SIGN,
        skill_notices.PLAN_OPENED,
        skill_notices.PLAN_DUE,
        ENDED,
    )
    header.register(
        app,
        HeaderItem("tray", "inbox", "notify.tray", _tray_words),
        HeaderItem("notices", "bell", "notify.notices", _notices_words, always=True),
    )
    slots.fill(app, "account.sections", notify_views.mail_panel)


def _tray_words(number: int) -> str:
    return str(ngettext("Bandeja: %(num)s trabajo", "Bandeja: %(num)s trabajos", number))


def _notices_words(number: int) -> str:
    return str(ngettext("%(num)s aviso sin leer", "%(num)s avisos sin leer", number) if number else _("Avisos"))


def _fill_slots(app: Flask) -> None:
    """What upper floors show in pages of lower ones, in the order of the reader's steps."""
    slots.fill(app, "course.after_modules", assessment_views.taking.course_card)
    slots.fill(app, "module.end", assessment_views.practising.module_end)
    slots.fill(app, "content.actions", assessment_views.importing.content_actions)
    slots.fill(app, "banks.actions", authoring_views.banks.banks_actions)
    slots.fill(app, "bank.actions", authoring_views.banks.bank_actions)
    slots.fill(app, "question.actions", authoring_views.banks.question_actions)
    slots.fill(app, "course.after_modules", survey_views.course_card)
    slots.fill(app, "course.after_modules", certificate_views.course_card)
    slots.fill(app, "result.next", survey_views.result_card)
    slots.fill(app, "result.next", certificate_views.course_card)
    slots.fill(app, "person.panels", catalog_views.person_panel)
    slots.fill(app, "person.panels", skill_views.person_panel)
    slots.fill(app, "person.panels", assessment_views.results.person_panel)
    slots.fill(app, "person.panels", assessment_views.granting.person_panel)
    slots.fill(app, "person.panels", hours_views.person_panel)
    slots.fill(app, "person.panels", certificate_views.person_panel)
    slots.fill(app, "person.panels", history_views.person_panel)
    slots.fill(app, "road.records", history_views.road_records)
    slots.fill(app, "hours.entry", history_views.hours_source)


def _add_searches(app: Flask) -> None:
    """What the search looks through, in the order of the results."""
    for order, (label, find) in enumerate(
        (
            (_l("Personas"), people_searching.find_people),
            (_l("Certificados"), certificate_views.find_certificates),
            (_l("Cursos y términos"), catalog_searching.find_courses),
            (_l("En los textos"), catalog_searching.find_sections),
            (_l("Perfiles y habilidades"), skill_searching.find_skills),
            (_l("Páginas"), search.find_pages),
        )
    ):
        search.add(app, search.Provider(label, order, find))
