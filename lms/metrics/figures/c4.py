"""C.4, verification of skills and knowledge."""

from lms.metrics.figures.base import Figure
from lms.metrics.queries import renewal, verification
from lms.metrics.rules import N_, PLACE, Arithmetic, Better, Kind, PeriodKind, Unit

ITEM = "C.4"

FIGURES = (
    Figure(
        key="current-verification",
        item=ITEM,
        title=N_("Verificación vigente"),
        formula=N_(
            "Personas con todas las habilidades exigidas verificadas y vigentes, "
            "dividido personas que tomaban contactos reales ese día, sin contar a quienes practicaban con supervisión."
        ),
        numerator=N_("Personas con cada habilidad exigida verificada, firmada y sin vencer, en todas sus campañas."),
        denominator=N_(
            "Personas empleadas con un período de contacto real ese día, cada una una vez; la práctica supervisada aparte."
        ),
        arithmetic=Arithmetic(Kind.SHARE, per_person=True),
        unit=Unit.PERCENT,
        period=PeriodKind.SNAPSHOT,
        better=Better.HIGH,
        gather=verification.currently_verified,
        dimensions=PLACE,
    ),
    Figure(
        key="verification-passed-first-time",
        item=ITEM,
        title=N_("Verificación aprobada la primera vez"),
        formula=N_("Primeras verificaciones aprobadas y firmadas, dividido primeras verificaciones hechas en el mes."),
        numerator=N_("Primeras verificaciones aprobadas, con todas las firmas que el perfil pide."),
        denominator=N_("La primera verificación de cada persona en cada habilidad y campaña, por el día observado."),
        arithmetic=Arithmetic(Kind.SHARE),
        unit=Unit.PERCENT,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=verification.first_verifications,
        dimensions=PLACE,
        note=N_("Una verificación aprobada a la que le faltan firmas cuenta como hecha y todavía no como aprobada."),
    ),
    Figure(
        key="live-without-verification",
        item=ITEM,
        title=N_("En contactos reales sin verificación"),
        formula=N_(
            "Cantidad de personas que ese día tomaban contactos reales sin todas las habilidades exigidas verificadas, "
            "o practicaban sin la verificación previa a la práctica."
        ),
        numerator=N_("Personas sin la verificación que les correspondía, con nombre."),
        denominator=N_("Todas las personas empleadas con un período de contacto real ese día."),
        arithmetic=Arithmetic(Kind.COUNT, per_person=True),
        unit=Unit.PEOPLE,
        period=PeriodKind.SNAPSHOT,
        better=Better.LOW,
        gather=verification.unverified_on_live_contacts,
        dimensions=PLACE,
    ),
    Figure(
        key="action-plans-on-time",
        item=ITEM,
        title=N_("Planes de acción cerrados en fecha"),
        formula=N_("Planes cerrados hasta su fecha límite, dividido planes con fecha límite en el mes."),
        numerator=N_("Planes cerrados el día límite o antes."),
        denominator=N_(
            "Planes cuya fecha límite ya pasó, de quienes seguían empleados ese día, "
            "sin los que cerró una corrección de su verificación."
        ),
        arithmetic=Arithmetic(Kind.SHARE),
        unit=Unit.PERCENT,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=verification.action_plans_due,
        dimensions=PLACE,
    ),
    Figure(
        key="reverification-on-time",
        item=ITEM,
        title=N_("Nueva verificación antes del vencimiento"),
        formula=N_("Verificaciones renovadas antes de vencer, dividido verificaciones que vencían en el mes."),
        numerator=N_("Las que tenían una nueva verificación aprobada y firmada el último día de vigencia o antes."),
        denominator=N_(
            "Verificaciones de habilidades cuyo último día de vigencia ya pasó, "
            "sin quienes se habían ido ni quienes tenían un puesto que ya no pedía la habilidad."
        ),
        arithmetic=Arithmetic(Kind.SHARE),
        unit=Unit.PERCENT,
        period=PeriodKind.MONTH,
        better=Better.HIGH,
        gather=renewal.expiring_verifications,
        dimensions=PLACE,
    ),
)
