"""What an import says: errors of its pages, and every fault of a file with what to do about it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.history.rules.columns import COLUMNS
from lms.history.rules.faults import Fault

MESSAGES = {
    "history.batch_not_found": _l("Esa importación no existe."),
    "history.record_not_found": _l("Ese registro no existe, o no está al alcance de esta cuenta."),
    "history.own": _l("Nadie retira un registro propio: tiene que hacerlo otra persona."),
    "history.reason_missing": _l("Falta el motivo: queda a la vista junto al registro."),
    "history.withdrawn": _l("Ese registro ya estaba retirado. Nada cambió."),
    "history.changed_since": _l(
        "Mientras se revisaba el archivo, alguien importó las mismas filas. No se escribió nada: volver a importar."
    ),
}

KIND_NAMES = {
    "hours": _l("Horas"),
    "certificate": _l("Certificados"),
    "verification": _l("Verificaciones"),
}

FAULTS = {
    # the file
    "file_empty": _l("el archivo no tiene filas; guardar los datos con sus encabezados en la primera fila"),
    "file_large": _l("el archivo tiene %(size)s MiB y el máximo es %(limit)s; partirlo en varios"),
    "too_many_rows": _l("el archivo tiene más de %(limit)s filas; partirlo en varios"),
    "not_xlsx": _l("no es un libro XLSX o está dañado; abrirlo en la planilla y guardarlo como XLSX o CSV UTF-8"),
    "suffix": _l("se importan archivos .csv y .xlsx; guardarlo con una de esas formas"),
    "encoding": _l("el texto no está en UTF-8 ni en Windows-1252; guardarlo como «CSV UTF-8»"),
    "read_as_windows": _l("no es UTF-8: se leyó como Windows-1252; mirar que los acentos estén bien"),
    "nul": _l("hay un carácter nulo: no es un CSV de texto; abrirlo en la planilla y guardarlo de nuevo"),
    "csv_quotes": _l("las comillas de esta fila no cierran, o una celda es enorme; corregirla en la planilla"),
    "sheet_missing": _l("no hay una hoja «%(sheet)s»; las que hay: %(known)s"),
    "sheet_ignored": _l("la hoja no se importa: ni su nombre ni una columna «tipo» dicen qué trae"),
    "merged": _l("las celdas %(cells)s están combinadas; separarlas y poner el valor en cada una"),
    # the head
    "column_missing": _l("falta la columna, que hace falta en cada fila de este tipo; agregarla"),
    "column_unknown": _l("no se conoce esta columna y no se importa; si hace falta, ponerle el nombre de la guía"),
    "column_twice": _l("la columna está dos veces, quizá con dos nombres; dejar una"),
    "kind_nowhere": _l("nada dice qué trae la hoja; llamarla Horas, Certificados o Verificaciones, o agregar «tipo»"),
    # cells
    "kind_missing": _l("falta el tipo de registro; puede ser: %(choices)s"),
    "kind_unknown": _l("«%(value)s» no es un tipo de registro; puede ser: %(choices)s"),
    "empty": _l("la celda está vacía; completarla"),
    "no_evidence": _l("falta la evidencia; escribir dónde está: carpeta, expediente, sistema y número"),
    "no_threshold": _l("falta el umbral de ese momento; escribirlo, por ejemplo 80 %%"),
    "formula": _l("la celda tiene una fórmula; copiarla y pegarla como valor"),
    "control": _l("el texto tiene caracteres de control; volver a escribirlo"),
    "too_long": _l("el texto tiene %(length)s caracteres y el máximo es %(limit)s; acortarlo"),
    "word_unknown": _l("«%(value)s» no se conoce; puede ser: %(choices)s"),
    "day_unreadable": _l("«%(value)s» no es una fecha; escribirla como 2025-03-31"),
    "day_ambiguous": _l(
        "«%(value)s» se puede leer de dos maneras; escribir 2025-03-31 o importar con --dates dmy o mdy"
    ),
    "day_serial": _l(
        "%(value)s parece el número interno de una fecha (sería %(day)s); dar formato de fecha a la columna"
    ),
    "day_future": _l("%(value)s todavía no llegó; corregir la fecha"),
    "until_before": _l("vence antes de la fecha (%(day)s), o ese mismo día; corregir una de las dos"),
    "minutes_unreadable": _l("«%(value)s» no son minutos; escribir un número entero, como 90"),
    "minutes_decimal": _l("«%(value)s» tiene decimales; los minutos van enteros (1,5 horas son 90)"),
    "minutes_positive": _l("«%(value)s» no es más que cero; una corrección se hace en el registro, no acá"),
    "minutes_too_many": _l("«%(value)s» minutos son más que un día; poner una fila por día"),
    "hours_of_what": _l("no dice de qué son las horas; completar curso o detalle"),
    "score_unreadable": _l("«%(value)s» no es un puntaje; escribir 85 %%, 87,5 %% o 17/20"),
    "score_over": _l("«%(value)s» pasa de 100 %%; corregirlo"),
    "score_ambiguous": _l("«1» puede ser 1 %% o todo; escribir 1 %% o 100 %%"),
    "threshold_zero": _l("un umbral de cero no prueba nada; escribir el de ese momento"),
    # what is known
    "person_unknown": _l("no hay nadie con el legajo «%(value)s»; corregirlo o dar de alta a la persona antes"),
    "not_employed": _l("el %(value)s no trabajaba acá (vínculos: %(since)s); corregir la fecha o el vínculo"),
    "not_employed_certificate": _l("el %(value)s no trabajaba acá; se toma como un curso aprobado en otro lado"),
    "month_closed": _l("las horas de %(month)s están cerradas; reabrir el mes, o importar con --adjustments"),
    "course_unknown": _l("no hay un curso publicado «%(value)s»; los que hay: %(known)s"),
    "skill_unknown": _l(
        "no hay una habilidad «%(value)s» («previa» es la verificación anterior a la práctica); hay: %(known)s"
    ),
    "place_unknown": _l("«%(value)s» no existe; los que hay: %(known)s"),
    "place_other": _l(
        "dice «%(value)s», y el %(day)s la persona estaba en «%(real)s»; corregir la fila o la asignación"
    ),
    "place_missing": _l(
        "el %(day)s no tenía asignación en esa campaña; completar sede, campaña y puesto, o registrar la asignación"
    ),
    "witness_unknown": _l("no hay nadie con el legajo «%(value)s»; corregirlo, o escribir nombre y apellido"),
    "own_witness": _l("nadie firma por sí: quien evaluó o aprobó tiene que ser otra persona"),
    "own_import": _l("es de quien importa, y nadie firma por sí: que esa fila la importe otra persona"),
    # rows
    "duplicate": _l("es igual a la fila %(line)s; borrar una, o darle a cada una su propio «id» si son dos hechos"),
    "already_imported": _l("ya se había traído (importación %(batch)s); no se escribe otra vez"),
    "known_otherwise": _l(
        "ese id ya se trajo con otros datos (importación %(batch)s); corregir aquel registro, o usar otro id"
    ),
}


def worded(found: Fault) -> str:
    """A fault in words: what is wrong and what to do."""
    return str(FAULTS[found.key]) % dict(found.params)


def column_word(found: Fault) -> str:
    """The column that a fault is about, by its Spanish name; a head that nobody knows by itself."""
    return COLUMNS[found.column][0] if found.column in COLUMNS else found.column


def reason_word(faults: list[Fault]) -> str:
    """Everything that is wrong with a row, for the file of rejects."""
    return "; ".join(
        _("%(column)s: %(what)s", column=column_word(item), what=worded(item)) if item.column else worded(item)
        for item in faults
    )
