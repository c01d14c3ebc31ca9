"""Texts of skills: the errors, and the words of the road that the rules name by key."""

from flask_babel import lazy_gettext as _l

from lms.kit.texts import N_

MESSAGES = {
    "skills.manage": _l("Las habilidades y los perfiles de puesto los cambia quien es autor o administra."),
    "skills.skill_not_found": _l("Esa habilidad no está en la lista."),
    "skills.job_not_found": _l("Ese puesto no existe."),
    "skills.name_missing": _l("Falta el nombre de la habilidad."),
    "skills.name_taken": _l("Ya hay una habilidad con ese nombre."),
    "skills.kind_unknown": _l("Elegir si es una habilidad o un conocimiento."),
    "skills.profile_past": _l(
        "Una versión nueva rige desde hoy o más adelante, y no antes que la anterior: lo que se pidió en un día pasado no cambia."
    ),
    "skills.profile_no_course": _l("El perfil necesita al menos un curso que pruebe el conocimiento."),
    "skills.profile_course_unknown": _l("Uno de los cursos no está publicado."),
    "skills.profile_no_skill": _l("El perfil necesita al menos una habilidad requerida."),
    "skills.profile_skill_twice": _l("Una habilidad está dos veces en el perfil."),
    "skills.profile_method": _l("Elegir cómo se verifica cada habilidad."),
    "skills.profile_threshold": _l("Cada umbral va de más de 0 a 100 %, con dos decimales a lo sumo."),
    "skills.profile_valid_days": _l("La vigencia va de 1 a 3650 días; vacía es sin vencimiento."),
    "skills.profile_ojt_days": _l("Los días de práctica van de 1 a 365."),
    "skills.profile_ojt_minutes": _l("Los minutos de práctica tienen que ser al menos 1."),
    "skills.needs_person": _l("Esto lo hace una persona con su cuenta, no el sistema."),
    "skills.signer_left": _l("La cuenta que firma no tiene un vínculo vigente."),
    "skills.own": _l("Nadie registra ni firma sobre sí mismo: tiene que hacerlo otra persona."),
    "skills.future": _l("La fecha todavía no llegó."),
    "skills.not_employed": _l("Ese día es anterior al ingreso o posterior al egreso."),
    "skills.not_placed": _l("Ese día la persona no estaba asignada a esta campaña."),
    "skills.no_profile": _l("El puesto %(job)s no tiene un perfil vigente ese día: primero hay que publicarlo."),
    "skills.score_range": _l("El puntaje va de 0 a 100 %, como «87,5» o «17/20»."),
    "skills.method_unknown": _l("Elegir cómo se verificó."),
    "skills.pre_ojt_has_no_skill": _l("La verificación previa a la práctica no es de una habilidad."),
    "skills.code_taken": _l("Este formulario ya se usó para otro registro: abrirlo de nuevo."),
    "skills.already_corrected": _l("Ese registro ya se corrigió: mirar el que tomó su lugar."),
    "skills.withdraw_failed": _l(
        "Una verificación no aprobada la retira solamente quien evaluó. Otra persona puede corregirla: "
        "la corrección cuenta cuando tiene todas las firmas."
    ),
    "skills.reason_missing": _l("Falta el motivo de la corrección: queda en el registro."),
    "skills.evidence_of_others": _l("Los archivos los agrega quien hizo el registro, al hacerlo."),
    "skills.record_not_found": _l("No hay un registro con ese código al alcance de esta cuenta."),
    "skills.minutes_range": _l("Los minutos van de 1 a %(high)s."),
    "skills.contacts_range": _l("Los contactos van de 0 a %(high)s."),
    "skills.ojt_day_full": _l("Ese día ya tiene %(taken)s minutos de práctica; el máximo es %(high)s."),
    "skills.plan_not_found": _l("No hay un plan de acción con ese código al alcance de esta cuenta."),
    "skills.plan_closed": _l("Ese plan ya está cerrado."),
    "skills.outcome_missing": _l("Falta decir qué se hizo y con qué resultado."),
    "skills.period_not_found": _l("No hay un período con ese código al alcance de esta cuenta."),
    "skills.dates_wrong": _l("El último día es anterior al primero."),
    "skills.live_overlap": _l("Ya hay un período de esta campaña que toma esos días: empieza el %(day)s."),
    "skills.live_against_gate": _l(
        "El %(day)s la puerta no estaba abierta para esta persona. Si los contactos ocurrieron igual, confirmarlo: "
        "queda registrado contra la puerta."
    ),
    "skills.live_not_current": _l("Ese período ya se corrigió o se retiró."),
    "skills.live_ended": _l("Ese período ya tiene último día; para cambiarlo, corregirlo."),
    "skills.sign.not_allowed": _l("Esta cuenta no puede firmar en ese rol."),
    "skills.sign.corrected": _l("Este registro ya no cuenta: lo corrigió otro, y se firma el nuevo."),
    "skills.sign.unknown_role": _l("El perfil del puesto no pide esa firma."),
    "skills.sign.own": _l("Nadie firma lo propio."),
    "skills.sign.already": _l("Esa firma ya está."),
    "skills.sign.same_person": _l("Quien ya firmó este registro no firma otra vez: cada firma es de otra persona."),
    "skills.sign.not_evaluator": _l("Como evaluador firma solamente quien evaluó."),
    "skills.sign.out_of_order": _l("Primero tiene que estar la firma anterior."),
    "skills.order.not_in_profile": _l("El perfil del puesto vigente ese día no pide esa habilidad."),
    "skills.order.knowledge_first": _l("Primero va la prueba de conocimiento. Falta: %(missing)s."),
    "skills.order.ojt_first": _l("Las habilidades se verifican al final de la práctica. Falta: %(missing)s."),
    "skills.order.before_ojt": _l("La práctica mínima se completó el %(day)s: la verificación va ese día o después."),
    "skills.order.already_open": _l("Ese día la puerta ya estaba abierta: no hacía falta práctica supervisada."),
    "skills.order.not_supervised": _l("Ese día la puerta no estaba en práctica supervisada. Falta: %(missing)s."),
}

STEPS = {
    "knowledge": _l("Prueba de conocimiento"),
    "pre_ojt": _l("Verificación previa"),
    "ojt": _l("Práctica supervisada"),
    "skills": _l("Habilidades verificadas"),
    "ready": _l("Contactos reales"),
}

GATE = {
    "closed": _l("Puerta cerrada: sin contactos reales"),
    "supervised": _l("Puerta entornada: contactos solo con supervisión"),
    "open": _l("Puerta abierta: puede tomar contactos reales"),
}
GATE_SHORT = {"closed": _l("Cerrada"), "supervised": _l("Con supervisión"), "open": _l("Abierta")}

MISSING = {
    "skills.missing.no_course": _l("el puesto no tiene un perfil con cursos"),
    "skills.missing.knowledge": _l("aprobar «%(course)s»"),
    "skills.missing.pre_ojt": _l("la verificación previa a la práctica"),
    "skills.missing.pre_ojt_failed": _l("repetir la verificación previa, que no alcanzó"),
    "skills.missing.pre_ojt_signature": _l("una firma en la verificación previa"),
    "skills.missing.pre_ojt_expired": _l("renovar la verificación previa"),
    "skills.missing.ojt_days": _l("días de práctica: %(have)s de %(need)s"),
    "skills.missing.ojt_minutes": _l("minutos de práctica: %(have)s de %(need)s"),
    "skills.missing.no_skill": _l("el puesto no tiene un perfil con habilidades"),
    "skills.missing.skill": _l("verificar «%(skill)s»"),
    "skills.missing.skill_failed": _l("volver a verificar «%(skill)s», que no alcanzó"),
    "skills.missing.skill_signature": _l("una firma en «%(skill)s»"),
    "skills.missing.skill_expired": _l("renovar «%(skill)s», que venció"),
    "skills.missing.employment": _l("un vínculo vigente"),
    "skills.missing.placement": _l("una asignación vigente a la campaña"),
}

CELLS = {
    "missing": _l("sin verificar"),
    "waiting": _l("espera una firma"),
    "failed": _l("no alcanzó"),
    "verified": _l("verificada"),
    "soon": _l("por vencer"),
    "expired": _l("vencida"),
}
ROLES = {"evaluator": _l("Evaluación"), "witness": _l("Testigo"), "manager": _l("Jefatura")}
METHODS = {
    "test": _l("Prueba"),
    "observation": _l("Observación"),
    "role_play": _l("Simulación"),
    "monitored_contacts": _l("Contactos monitoreados"),
}
KINDS = {"skill": _l("Habilidad"), "knowledge": _l("Conocimiento")}
SOURCES = {"roster": _l("Planificación"), "telephony": _l("Telefonía"), "coordinator": _l("Coordinación")}
CRITERIA = (
    N_("Saluda, se presenta e identifica a la persona como pide el procedimiento"),
    N_("Escucha, pregunta y entiende el motivo del contacto"),
    N_("Da información correcta y completa"),
    N_("Usa los sistemas y registra el contacto sin errores"),
    N_("Trata con respeto y lenguaje claro"),
    N_("Confirma la solución y cierra como pide el procedimiento"),
)
"""What a day of OJT is looked at for, in order; records keep these texts, and pages show them translated."""
