"""The shape of what the pages of import send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types lag behind
from wtforms.validators import InputRequired, Length, Regexp

from lms.assessment.formats.exchange import MAX_SOURCE
from lms.assessment.formats.registry import FORMATS
from lms.assessment.messages import DIFFICULTIES, POOLS, STATUSES
from lms.web.forms import Form

_NEEDED = InputRequired(_l("Falta completar este campo."))


def _choices(words: dict[str, object]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class ImportForm(Form):
    """A file of questions for a bank that there is; what is chosen here is for what the file does not say."""

    file = FileField(_l("Archivo"), validators=[FileRequired(_l("Falta elegir el archivo."))])
    wanted = SelectField(
        _l("Formato"),
        choices=[
            SelectChoice("", _l("Reconocerlo por su contenido")),
            *(SelectChoice(each.name, each.title) for each in FORMATS),
        ],
    )
    topic = StringField(_l("Tema"), default="General", validators=[_NEEDED, Length(max=200)])
    difficulty = SelectField(_l("Dificultad"), choices=_choices(dict(DIFFICULTIES)), default="medium")
    pool = SelectField(_l("Uso"), choices=_choices(dict(POOLS)), default="both")
    status = SelectField(_l("Estado"), choices=_choices(dict(STATUSES)), default="draft")

    def ask_again(self) -> None:
        """A browser sends no file twice: the field begins empty."""
        self.file.data = None


class NewBankForm(ImportForm):
    """The same, for a bank that is made with it."""

    bank = StringField(
        _l("Identificador del banco"),
        validators=[
            _NEEDED,
            Length(max=80),
            Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", message=_l("Solo minúsculas sin acento, cifras y guiones.")),
        ],
    )
    title = StringField(_l("Título del banco"), validators=[_NEEDED, Length(max=200)])


class MendForm(Form):
    """The text of one question, mended; empty to leave it out."""

    where = StringField(validators=[_NEEDED, Length(max=200)])
    text = TextAreaField(_l("Texto de la pregunta"), validators=[Length(max=2 * MAX_SOURCE)])
