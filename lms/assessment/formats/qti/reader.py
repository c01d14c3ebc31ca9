"""Reads QTI 1.2, 2.x and 3.0: single files, and packages with a manifest.

The definitions: https://www.imsglobal.org/question/ (1.2, 2.1, 2.2) and https://www.imsglobal.org/spec/qti/v3p0/.
"""

from __future__ import annotations

import posixpath
import re

from lms.assessment.formats.decoding import head_text
from lms.assessment.formats.exchange import HEAD, Document, Gathering, Parsed, Refused, Unreadable
from lms.assessment.formats.file_media import Media
from lms.assessment.formats.qti import interactions, version1
from lms.assessment.formats.qti.manifest import NAME, Manifest, manifest_of
from lms.assessment.formats.qti.nodes import attribute, every, first, named, tree, words
from lms.assessment.formats.qti.package import Package, TooMuch
from lms.assessment.formats.qti.texts import Texts, resolved
from lms.assessment.formats.topics import topic_of
from lms.assessment.formats.xml_tree import Element, Wanted, decoded, each_element

ITEM, TEST, VERSION1, STIMULUS, MANIFEST = (
    "assessmentItem",
    "assessmentTest",
    "questestinterop",
    "assessmentStimulus",
    "manifest",
)
_ROOT = re.compile(r"<((?:[A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*)[\s/>]")
_BEFORE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_LOST_PASSAGE = "el texto común de una sección no se toma"


def root_of(data: bytes) -> str:
    """The name of the first element of an XML file, as QTI 2.x has it; "" where it is none."""
    text, at = head_text(data[:HEAD]), 0
    while match := _BEFORE.match(text, at):
        at = match.end()
    found = _ROOT.match(text, at)
    return named(found[1]) if found else ""


def sniff(head: bytes, name: str) -> int:  # noqa: ARG001 - the shape of every format
    """A root of QTI, or a zip with a manifest or XML in it."""
    if head.startswith(b"PK\x03\x04"):
        if b"[Content_Types].xml" in head or b"xl/work" in head:
            return 0
        return 95 if NAME.encode() in head else 40 if b".xml" in head or b".qti" in head else 5
    root = root_of(head)
    return 95 if root in {ITEM, TEST, VERSION1, STIMULUS} else 60 if root == MANIFEST else 0


def parse(data: bytes, name: str) -> Parsed:
    """Every question of a QTI file or package. Raises: Unreadable."""
    run = _Run(Package(data) if data.startswith(b"PK") else None)
    if run.package is None:
        root = root_of(data)
        if root == MANIFEST:
            raise Unreadable("es solo el índice de un paquete: subir el paquete entero (.zip)")
        run.file(data, "", root)
    else:
        run.whole_package(posixpath.basename(name))
    return run.finish()


def _refuse(root: str) -> str:
    return (
        "" if root in {ITEM, TEST, VERSION1, STIMULUS, MANIFEST} else f"no es un archivo QTI: empieza con <{root[:60]}>"
    )


class _Run:
    """One file or package while its questions come in."""

    def __init__(self, package: Package | None) -> None:
        self.package = package
        self.gathering = Gathering("qti")
        self.manifest = Manifest()
        self._media = Media(self.gathering.parsed.media)
        self._number = 0
        self._sections: list[tuple[int, str]] = []
        self._by_section: list[tuple[Document, str]] = []
        self._topic_of_bank = ""
        self._cases: dict[str, list[tuple[str, int, str, Document]]] = {}
        self._stems: dict[str, tuple[str, str]] = {}
        self._unused: dict[str, tuple[str, str]] = {}

    # A package and its files

    def whole_package(self, name: str) -> None:
        """Raises: Unreadable where there is no question in it."""
        package = self._package
        listed = [each for each in package.documents if posixpath.basename(each) == NAME]
        if listed:
            chosen = min(listed, key=lambda each: each.count("/"))
            root, _ = tree(package.document(chosen), _refuse)
            self.manifest = manifest_of(root, posixpath.dirname(chosen))
        else:
            self.gathering.warn("", f"el paquete no tiene {NAME}: se leyó todo lo que parece QTI")
        first_ones = [each for each in self.manifest.resources if package.has(each)]
        paths = dict.fromkeys([*(each for each in first_ones if each in package.documents), *package.documents])
        kinds = {path: root_of(package.head(path)) for path in paths if posixpath.basename(path) != NAME}
        kept = [path for path, kind in kinds.items() if kind in {ITEM, TEST, VERSION1} and not self._is_copy(path)]
        broken = [
            path
            for path in self.manifest.resources
            if "qti" in self.manifest.resources[path].kind and kinds.get(path) == ""
        ]
        if not kept and not broken:
            said = f" (dice ser «{self.manifest.version}»)" if self.manifest.version else ""
            raise Unreadable(f"«{name}» no tiene ninguna pregunta QTI 1.2, 2.x o 3.0{said}")
        tests = [path for path in kept if kinds[path] == TEST]
        for path in [*[path for path in kept if path not in tests], *tests]:
            self._packed(path, kinds[path])
        for path in broken:
            self.gathering.reject(f"archivo {path}", "", "no es XML bien escrito")

    @property
    def _package(self) -> Package:
        if self.package is None:
            raise Unreadable("no es un paquete")
        return self.package

    def _is_copy(self, path: str) -> bool:
        """Whether the same questions stand in another file of a Canvas cartridge, with all that Canvas says of them."""
        folder, name = posixpath.split(path)
        return name == "assessment_qti.xml" and self._package.has(
            f"non_cc_assessments/{posixpath.basename(folder)}.xml.qti"
        )

    def _packed(self, path: str, kind: str) -> None:
        try:
            self.file(self._package.document(path), path, kind)
        except TooMuch:
            raise
        except Unreadable as fault:
            place = f", {fault.where}" if fault.where.startswith("línea") else ""
            self.gathering.reject(f"archivo {path}{place}", "", fault.reason)

    def file(self, data: bytes, path: str, kind: str) -> None:
        """One XML file. Raises: Unreadable."""
        if kind == VERSION1:
            self._version1(data, path)
            return
        root, notes = tree(data, _refuse)
        for note in notes:
            self.gathering.warn(f"archivo {path}" if path else "", note)
        if root.tag == ITEM:
            self._item(root, path)
        elif root.tag == TEST:
            self._test(root, path)
        else:
            raise Unreadable("es un texto o un índice, sin preguntas: subir el paquete entero (.zip)")

    def _texts(self, path: str) -> Texts:
        return Texts(self._media, self.package.media if self.package else lambda _: None, posixpath.dirname(path))

    # QTI 2.x and 3.0

    def _item(self, root: Element, path: str) -> None:
        self._number += 1
        where = f"archivo {path}" if path else f"pregunta {self._number} (línea {root.line})"
        name = " ".join(attribute(root, "title").split())[:200]
        texts = self._texts(path)
        try:
            document, item = interactions.item_document(root, texts)
        except Refused as fault:
            self._reject(where, name, fault, texts)
            return
        except interactions.NoQuestion:
            self.gathering.warn(where, f"«{name[:60]}» es un texto sin respuestas: no se toma")
            return
        self._tell(where, [*item.notes, *texts.faults], item.common)
        key = attribute(root, "identifier")
        document |= self.manifest.placed(path)
        self._put_topic(document, path)
        reference = first(root, "assessmentStimulusRef")
        shared = resolved(posixpath.dirname(path), attribute(reference, "href")) if reference is not None else ""
        if shared and self._has_stem(shared):
            self._cases.setdefault(shared, []).append((where, root.line, key, self._titled(document, name, key)))
        else:
            if reference is not None:
                self.gathering.warn(
                    where, "el texto común al que se refiere no está en el archivo: falta en el enunciado"
                )
            self.gathering.take(where, root.line, name, self._titled(document, name, key), key=key)

    @staticmethod
    def _titled(document: Document, name: str, key: str) -> Document:
        return document | ({"title": name} if name and name.casefold() != key.strip("_").casefold() else {})

    def _put_topic(self, document: Document, path: str) -> None:
        found = self.manifest.resources.get(path)
        if found is not None and found.topic:
            topic = topic_of(found.topic, self.gathering.parsed.topics, key=found.topic_key)
            document |= {"topic": topic} if topic else {}

    def _has_stem(self, path: str) -> bool:
        """Whether the package has the text that several questions share; it is read once."""
        if path not in self._stems and self.package is not None and self.package.has(path):
            root, _ = tree(self._package.document(path), _refuse)
            texts = self._texts(path)
            body = first(root, "stimulusBody")
            stem = texts.of(body) if body is not None else ""
            self._tell(f"archivo {path}", texts.faults, [])
            self._stems[path] = (stem, " ".join(attribute(root, "title").split())[:200])
        return bool(self._stems.get(path, ("", ""))[0])

    def _test(self, root: Element, path: str) -> None:
        """A test: what it refers to and is not there is told, the titles of its sections are topics."""
        if first(root, "rubricBlock") is not None:
            self.gathering.warn_together(f"archivo {path}" if path else "la prueba", _LOST_PASSAGE)
        known = self.package.has if self.package else lambda _: False
        for each in every(root, "assessmentItemRef"):
            href = resolved(posixpath.dirname(path), attribute(each, "href"))
            if not known(href):
                self._number += 1
                name = attribute(each, "identifier")
                reason = f"su archivo «{attribute(each, 'href')[:120]}» no está: subir el paquete entero (.zip)"
                self.gathering.reject(
                    f"archivo {path}, línea {each.line}" if path else f"línea {each.line}", name, reason
                )

    # QTI 1.2

    def _version1(self, data: bytes, path: str) -> None:
        text = decoded(data)
        place = f"archivo {path}, " if path else ""
        self._sections, self._topic_of_bank = [], ""
        taken = frozenset(["item", "bankentry_item", "sourcebank_ref", "itemref"])
        wanted = Wanted(lambda tag, _: tag in taken or tag == "qtimetadata", _refuse, named, self._opened)
        note = each_element(text.text, wanted, lambda each: self._take1(each, path, place))
        for said in (text.warning, note):
            if said:
                self.gathering.warn(f"archivo {path}" if path else "", said)

    def _opened(self, tag: str, attributes: dict[str, str], depth: int) -> None:
        self._sections = [each for each in self._sections if each[0] < depth]
        if tag == "section":
            self._sections.append((depth, attributes.get("title", "").strip()))

    def _take1(self, element: Element, path: str, place: str) -> None:
        where = f"{place}línea {element.line}"
        if element.tag == "qtimetadata":
            for each in every(element, "qtimetadatafield"):
                label, entry = first(each, "fieldlabel"), first(each, "fieldentry")
                if label is not None and entry is not None and words(label).strip() == "bank_title":
                    self._topic_of_bank = words(entry).strip()
            return
        if element.tag != "item":
            self.gathering.warn(where, "se refiere a una pregunta de otro banco, que no está en el archivo: no se toma")
            return
        self._number += 1
        where = f"{place}pregunta {self._number} (línea {element.line})"
        name = " ".join(element.attributes.get("title", "").split())[:200]
        texts = self._texts(path)
        try:
            document, item = version1.item_document(element, texts)
        except Refused as fault:
            self._reject(where, name, fault, texts)
            return
        except interactions.NoQuestion:
            self._number -= 1
            self._passage(element, f"{place}línea {element.line}", name, texts)
            return
        self._tell(where, [*item.notes, *texts.faults], item.common)
        key = element.attributes.get("ident", "").strip()
        if self._topic_of_bank:
            document["topic"] = topic_of(self._topic_of_bank.replace("/", "//"), self.gathering.parsed.topics)
        elif title := " / ".join(title for _, title in self._sections if title):
            self._by_section.append((document, title))
        titled = self._titled(document, name, key)
        shared = version1.metadata(element).get("parent_stimulus_item_ident", "")
        if shared in self._stems:
            self._unused.pop(shared, None)
            self._cases.setdefault(shared, []).append((where, element.line, key, titled))
            return
        self.gathering.take(where, element.line, name, titled, key=key)
        if self._by_section and self._by_section[-1][0] is document:
            self._by_section[-1] = (self.gathering.parsed.questions[-1].document, self._by_section[-1][1])

    def _passage(self, element: Element, where: str, name: str, texts: Texts) -> None:
        """A text without a question: the stem of those that name it."""
        holder, key = element.child("presentation"), element.attributes.get("ident", "")
        stem = texts.of(holder, version1.material) if holder is not None else ""
        if key and stem:
            self._stems[key] = (stem, name)
        self._unused[key] = (where, name)

    def _reject(self, where: str, name: str, fault: Refused, texts: Texts) -> None:
        also = f" ({texts.faults[0]})" if texts.faults else ""
        self.gathering.reject(where, name, f"{fault}{also}")

    # All of it

    def _tell(self, where: str, own: list[str], common: list[str]) -> None:
        for note in dict.fromkeys(own):
            self.gathering.warn(where, note)
        for note in dict.fromkeys(common):
            self.gathering.warn_together(where, note)

    def finish(self) -> Parsed:
        """Raises: Unreadable past the limit of questions."""
        if len({title for _, title in self._by_section}) > 1:  # one title for all says nothing of a question
            for document, title in self._by_section:
                path = title.replace("/", "//").replace(" // ", "/")
                document["topic"] = topic_of(path, self.gathering.parsed.topics)
        for where, name in self._unused.values():
            self.gathering.warn(where, f"«{name[:60]}» es un texto sin respuestas: no se toma")
        for path, inner in self._cases.items():
            self._take_case(path, inner)
        return self.gathering.finish()

    def _take_case(self, path: str, inner: list[tuple[str, int, str, Document]]) -> None:
        stem, title = self._stems[path]
        placed = self.manifest.placed(path)
        self._put_topic(placed, path)
        shared = ("topic", "difficulty", "pool", "status", "exclusive")
        scenario: Document = {"stem": stem} | {
            key: value for key in shared if (value := placed.get(key, inner[0][3].get(key)))
        }
        key = posixpath.splitext(posixpath.basename(path))[0]
        if title and title.casefold() != key.casefold():
            scenario["title"] = title
        scenario["questions"] = [
            {"id": own} | {name: value for name, value in document.items() if name not in {*shared, "title"}}
            for _, _, own, document in inner
        ]
        where, line, _, _ = inner[0]
        self.gathering.take_scenario(where, line, title or key, scenario, key=key)
