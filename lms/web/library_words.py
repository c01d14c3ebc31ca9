"""What WTForms says of a field, in our words: its own translations know neither all languages nor how we speak."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

_NO_CHOICE = _l("Esa opción no está en la lista. Elegir otra.")
_NO_NUMBER = _l("Falta un número.")
_WORDS: dict[str, LazyString] = {
    "This field is required.": _l("Falta completar este campo."),
    "Invalid input.": _l("El valor no tiene la forma esperada."),
    "Not a valid choice.": _NO_CHOICE,
    "Invalid Choice: could not coerce.": _NO_CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _NO_CHOICE,
    "'%(value)s' is not a valid choice for this field.": _NO_CHOICE,
    "'%(value)s' are not valid choices for this field.": _NO_CHOICE,
    "Not a valid date value.": _l("Falta la fecha, o no existe."),
    "Not a valid time value.": _l("Falta la hora, o no existe."),
    "Not a valid datetime value.": _l("Falta la fecha con su hora, o no existe."),
    "Not a valid integer value.": _l("Falta un número entero."),
    "Not a valid decimal value.": _NO_NUMBER,
    "Not a valid float value.": _NO_NUMBER,
    # Parameters are filled in by the library, after these words took the place of its own.
    "Number must be at least %(min)s.": _l("El número es al menos %(min)s."),
    "Number must be at most %(max)s.": _l("El número es a lo sumo %(max)s."),
    "Number must be between %(min)s and %(max)s.": _l("El número va de %(min)s a %(max)s."),
    "Field must be at least %(min)d characters long.": _l("Son muy pocos signos: al menos %(min)d."),
    "Field cannot be longer than %(max)d characters.": _l("Es demasiado largo: a lo sumo %(max)d signos."),
    "Field must be exactly %(max)d characters long.": _l("Lleva exactamente %(max)d signos."),
    "Field must be between %(min)d and %(max)d characters long.": _l("Lleva de %(min)d a %(max)d signos."),
    "Field must be equal to %(other_name)s.": _l("Los dos valores son distintos."),
}


class LibraryWords:
    """The translations of a form, as WTForms asks for them. A text without words of ours stays as the library says it."""

    def gettext(self, string: str) -> str:
        return str(_WORDS.get(string, string))

    def ngettext(self, _singular: str, plural: str, _n: int) -> str:
        return self.gettext(plural)
