"""C.3, training and development."""

from lms.metrics.figures.base import Figure
from lms.metrics.queries import training, verification
from lms.metrics.queries.headcount import HEADCOUNT_DAYS
from lms.metrics.rules import (
    N_,
    PLACE,
    TRAINING,
    Arithmetic,
    Better,
    Dimension,
    Kind,
    PeriodKind,
    Unit,
)

ITEM = "C.3"
_HEADS = N_("Dotación media del mes: personas empleadas el primer día más personas empleadas el último, dividido dos.")
_NOMINAL = N_(
    "Un módulo a ritmo propio suma los minutos que indica el curso, no el tiempo de lectura: sus registros lo dicen. "
    "La dotación no tiene tipo de formación: al filtrar por tipo se acotan las horas y el divisor sigue siendo el mismo."
)
_ONE_HEADCOUNT = N_(
    "La dotación no tiene tipo de formación: al filtrar por tipo se acotan las horas y el divisor sigue siendo el mismo."
)


def _hours_per_head(kind: str, key: str, title: str, formula: str, numerator: str) -> Figure:
    return Figure(
        key=key,
        item=ITEM,
        title=title,
        formula=formula,
        numerator=numerator,
        denominator=_HEADS,
        arithmetic=Arithmetic(Kind.MEAN, numerator_per=60, denominator_per=HEADCOUNT_DAYS),
        unit=Unit.HOURS,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=training.hours(kind),
        dimensions=TRAINING,
        year_to_date=True,
        note=_NOMINAL if kind == "training" else _ONE_HEADCOUNT,
    )


FIGURES = (
    _hours_per_head(
        "training",
        "training-hours-per-head",
        N_("Horas de formación por persona"),
        N_("Minutos de formación del mes, dividido 60, dividido la dotación media."),
        N_("Minutos de formación asentados en el mes, con sus correcciones."),
    ),
    _hours_per_head(
        "ojt",
        "ojt-hours-per-head",
        N_("Horas de práctica en el puesto por persona"),
        N_("Minutos de práctica supervisada del mes, dividido 60, dividido la dotación media."),
        N_("Minutos de práctica en el puesto asentados en el mes, con sus correcciones."),
    ),
    _hours_per_head(
        "coaching",
        "coaching-hours-per-head",
        N_("Horas de coaching por persona"),
        N_("Minutos de coaching del mes, dividido 60, dividido la dotación media."),
        N_("Minutos de coaching asentados en el mes, con sus correcciones."),
    ),
    Figure(
        key="completed-on-time",
        item=ITEM,
        title=N_("Formación completada en fecha"),
        formula=N_("Asignaciones completadas hasta su fecha límite, dividido asignaciones con fecha límite en el mes."),
        numerator=N_("Asignaciones completadas el día límite o antes."),
        denominator=N_(
            "Asignaciones cuya fecha límite ya pasó, de quienes seguían empleados ese día. "
            "Las retiradas hasta la fecha límite no cuentan; las retiradas después, sí."
        ),
        arithmetic=Arithmetic(Kind.SHARE),
        unit=Unit.PERCENT,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=training.assignments_due,
        dimensions=TRAINING,
    ),
    Figure(
        key="passed-first-time",
        item=ITEM,
        title=N_("Aprobación al primer intento"),
        formula=N_("Primeros intentos aprobados, dividido primeros intentos calificados en el mes."),
        numerator=N_("Primeros intentos cuyo resultado vigente es aprobado."),
        denominator=N_("Primer intento de cada asignación, en el mes en que se calificó."),
        arithmetic=Arithmetic(Kind.SHARE),
        unit=Unit.PERCENT,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=training.first_attempts,
        dimensions=TRAINING,
    ),
    Figure(
        key="satisfaction",
        item=ITEM,
        title=N_("Calidad de la formación: satisfacción"),
        formula=N_("Suma de la escala de satisfacción (1 a 5), dividido cantidad de respuestas legibles del mes."),
        numerator=N_("Puntos de la escala, por encuesta."),
        denominator=N_("Respuestas que se volvieron legibles en el mes, siempre de a cinco o más juntas."),
        arithmetic=Arithmetic(Kind.MEAN),
        unit=Unit.POINTS,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=training.satisfaction,
        dimensions=frozenset[Dimension](),
        whole_company=True,
        note=N_(
            "Las encuestas son anónimas: ninguna respuesta lleva a una persona, una sede ni una campaña. "
            "Por eso esta cifra es de toda la empresa y sus registros abren distribuciones, nunca respuestas."
        ),
    ),
    Figure(
        key="survey-response-rate",
        item=ITEM,
        title=N_("Calidad de la formación: participación"),
        formula=N_("Encuestas contestadas, dividido encuestas ofrecidas en el mes."),
        numerator=N_("Encuestas ofrecidas en el mes que se contestaron."),
        denominator=N_("Encuestas ofrecidas en el mes, al completar un curso."),
        arithmetic=Arithmetic(Kind.SHARE),
        unit=Unit.PERCENT,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=training.survey_answers,
        dimensions=TRAINING,
        note=N_("Se sabe quién contestó; qué contestó, no."),
    ),
    Figure(
        key="trained-before-live-contacts",
        item=ITEM,
        title=N_("Formación antes de los contactos reales"),
        formula=N_(
            "Personas con la puerta abierta (o supervisada, si entraron a practicar) el primer día de contactos reales, "
            "dividido personas que empezaron a tomar contactos reales en el mes."
        ),
        numerator=N_(
            "Personas cuya puerta lo permitía, según lo registrado y firmado hasta el final de ese primer día."
        ),
        denominator=N_("Personas con un período de contacto real que empezó en el mes, cada una una vez."),
        arithmetic=Arithmetic(Kind.SHARE, per_person=True),
        unit=Unit.PERCENT,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=verification.live_contact_beginnings,
        dimensions=PLACE,
        note=N_("Quién tomó contactos sale de los períodos de contacto real, nunca de la puerta."),
    ),
)
