"""Forms of skills. Scores and thresholds are typed as people say them and read exactly."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.skills.messages import KINDS, METHODS
from lms.skills.rules import parse_score
from lms.web.forms import Form, PartForm

_NEEDED = InputRequired(_l("Falta completar este campo."))
_CODE = Length(min=0, max=12)
_TEXT = Length(max=2_000)


Value_ = TypeVar("Value_")


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """(value, words) pairs as the choices of a field."""
    return [SelectChoice(value, words) for value, words in pairs]


def given(value: Value_ | None) -> Value_:
    """The value of a field that validation has made sure of."""
    if value is None:
        raise LookupError("a form was used that has not been validated")
    return value


class ScoreField(StringField):
    """A percentage ("87,5") or a share ("17/20"); `score` is the exact value, None where nothing was typed."""

    score: Fraction | None = None

    def post_validate(self, form: Any, validation_stopped: bool) -> None:  # noqa: ARG002 - WTForms' signature
        typed = (self.data or "").strip()
        self.score = parse_score(typed) if typed else None
        if typed and self.score is None and not validation_stopped:
            raise ValidationError(_("Escribir un porcentaje de 0 a 100, como 87,5, o una parte, como 17/20."))


class SkillForm(Form):
    name = StringField(_l("Nombre"), [_NEEDED, Length(max=120)])
    kind = SelectField(_l("Clase"), choices=choices(KINDS.items()))
    description = TextAreaField(_l("Descripción"), [_TEXT])


class RequirementRow(PartForm):
    """A skill in a profile: one row for each skill there is."""

    skill = HiddenField()
    use = SelectField(
        _l("Uso"),
        choices=choices([("no", _l("No se pide")), ("required", _l("Requerida")), ("desirable", _l("Deseable"))]),
    )
    method = SelectField(_l("Método"), choices=choices(METHODS.items()), default="observation")
    threshold = ScoreField(_l("Umbral (%)"), default="80")
    valid_days = IntegerField(_l("Vigencia (días)"), [Optional(), NumberRange(1, 3650)])


class ProfileForm(Form):
    from_day = DateField(_l("Rige desde"), [_NEEDED])
    courses = SelectMultipleField(
        _l("Cursos que prueban el conocimiento"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    pre_ojt = ScoreField(_l("Umbral de la verificación previa (%)"), [_NEEDED], default="80")
    min_ojt_days = IntegerField(_l("Días de práctica supervisada, como mínimo"), [_NEEDED, NumberRange(1, 365)])
    min_ojt_minutes = IntegerField(_l("Minutos de práctica, como mínimo"), [_NEEDED, NumberRange(1, 262_800)])
    witness = BooleanField(_l("Cada verificación lleva también la firma de un testigo"))
    manager_signs_ojt = BooleanField(_l("La práctica lleva también la firma de la jefatura"))
    requirements = FieldList(FormField(RequirementRow), _l("Habilidades y conocimientos"))


class EvidenceForm(Form):
    """A form that takes files with the record that it makes."""

    evidence = MultipleFileField(_l("Archivos de evidencia"))

    def ask_files_again(self) -> None:
        """Say that the files went with a form that failed: a browser gives back what was typed, never what was chosen."""
        if self.evidence.data:
            self.evidence.errors = [*self.evidence.errors, _("Elegir los archivos otra vez.")]


class VerificationForm(EvidenceForm):
    """`what` is "pre_ojt" or the code of a skill."""

    code = HiddenField(_l("Código"), validators=[_CODE])
    what = RadioField(_l("Qué se verificó"), [_NEEDED])
    observed_on = DateField(_l("Día"), [_NEEDED])
    score = ScoreField(_l("Puntaje (% o parte)"), [_NEEDED])
    method = SelectField(
        _l("Cómo (solo en la verificación previa)"), choices=choices(METHODS.items()), default="observation"
    )
    comment = TextAreaField(_l("Qué se vio"), [_TEXT])
    plan = TextAreaField(_l("Si no alcanza: qué se va a hacer"), [_TEXT])


class VerificationCorrection(EvidenceForm):
    observed_on = DateField(_l("Día"), [_NEEDED])
    score = ScoreField(_l("Puntaje (% o parte)"), [_NEEDED])
    comment = TextAreaField(_l("Qué se vio"), [_TEXT])
    plan = TextAreaField(_l("Si no alcanza: qué se va a hacer"), [_TEXT])
    reason = StringField(_l("Motivo de la corrección"), [_NEEDED, Length(max=500)])


class CriterionRow(PartForm):
    met = RadioField(
        choices=choices([("yes", _l("Cumple")), ("no", _l("No cumple")), ("unseen", _l("No se vio"))]), default="unseen"
    )
    comment = StringField(_l("Comentario"), [Length(max=500)])


class OjtForm(EvidenceForm):
    code = HiddenField(_l("Código"), validators=[_CODE])
    day = DateField(_l("Día"), [_NEEDED])
    minutes = IntegerField(_l("Minutos de práctica"), [_NEEDED])
    contacts = IntegerField(_l("Contactos tomados"), [_NEEDED])
    criteria = FieldList(FormField(CriterionRow), _l("Criterios"))
    score = ScoreField(_l("Puntaje del día (% o parte)"), [Optional()])
    comment = TextAreaField(_l("Comentario del día"), [_TEXT])


class OjtCorrection(OjtForm):
    reason = StringField(_l("Motivo de la corrección"), [_NEEDED, Length(max=500)])


class SignForm(Form):
    role = HiddenField(_l("Rol"), validators=[_NEEDED])
    confirmed = BooleanField(
        _l("Leí lo que se firma y lo confirmo con mi nombre"), [InputRequired(_l("Para firmar hay que confirmarlo."))]
    )


class ReasonForm(Form):
    reason = StringField(_l("Motivo"), [_NEEDED, Length(max=500)])


class PlanForm(Form):
    outcome = TextAreaField(_l("Qué se hizo y con qué resultado"), [_NEEDED, _TEXT])


class LiveForm(Form):
    programme = SelectField(_l("Campaña"))
    from_day = DateField(_l("Primer día con contactos"), [_NEEDED])
    to_day = DateField(_l("Último día (vacío: sigue)"), [Optional()])
    under_ojt = BooleanField(_l("Como práctica supervisada"))
    confirmed = BooleanField(_l("Confirmo que los contactos ocurrieron aunque la puerta no estaba abierta"))


class LiveCorrection(Form):
    from_day = DateField(_l("Primer día con contactos"), [_NEEDED])
    to_day = DateField(_l("Último día (vacío: sigue)"), [Optional()])
    under_ojt = BooleanField(_l("Como práctica supervisada"))
    confirmed = BooleanField(_l("Confirmo que los contactos ocurrieron aunque la puerta no estaba abierta"))
    reason = StringField(_l("Motivo de la corrección"), [_NEEDED, Length(max=500)])


class LiveEnd(Form):
    last_day = DateField(_l("Último día con contactos"), [_NEEDED])
