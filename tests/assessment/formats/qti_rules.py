"""What the definitions of QTI 2.2 and 3.0 ask of an item and a manifest, for tests: order, attributes, names, references.

No schema comes with a package that we could install; these are the rules of the published content models that touch what
we write. https://www.imsglobal.org/question/ and https://www.imsglobal.org/spec/qti/v3p0/.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

from lms.assessment.formats.qti.nodes import camel, named

ORDER = [
    "responseDeclaration", "outcomeDeclaration", "templateDeclaration", "templateProcessing", "assessmentStimulusRef",
    "stylesheet", "itemBody", "responseProcessing", "modalFeedback",
]  # fmt: skip
REQUIRED = {
    "assessmentItem": {"identifier", "title", "adaptive", "timeDependent"},
    "assessmentStimulus": {"identifier", "title"},
    "assessmentStimulusRef": {"identifier", "href"},
    "responseDeclaration": {"identifier", "cardinality", "baseType"},
    "outcomeDeclaration": {"identifier", "cardinality", "baseType"},
    "mapping": {"defaultValue"},
    "mapEntry": {"mapKey", "mappedValue"},
    "choiceInteraction": {"responseIdentifier", "shuffle", "maxChoices"},
    "orderInteraction": {"responseIdentifier", "shuffle"},
    "matchInteraction": {"responseIdentifier", "shuffle", "maxAssociations"},
    "inlineChoiceInteraction": {"responseIdentifier", "shuffle"},
    "textEntryInteraction": {"responseIdentifier"},
    "extendedTextInteraction": {"responseIdentifier"},
    "simpleChoice": {"identifier"},
    "inlineChoice": {"identifier"},
    "simpleAssociableChoice": {"identifier", "matchMax"},
    "modalFeedback": {"outcomeIdentifier", "identifier", "showHide"},
    "rubricBlock": {"view"},
    "setOutcomeValue": {"identifier"},
    "variable": {"identifier"},
    "correct": {"identifier"},
    "mapResponse": {"identifier"},
    "baseValue": {"baseType"},
    "equal": {"toleranceMode"},
    "stringMatch": {"caseSensitive"},
    "patternMatch": {"pattern"},
    "img": {"src", "alt"},
    "object": {"data", "type"},
}
CHILDREN = {
    "responseCondition": re.compile(r"responseIf (responseElseIf )*(responseElse )?"),
    "responseIf": re.compile(r"\w+ (setOutcomeValue )+"),
    "responseElseIf": re.compile(r"\w+ (setOutcomeValue )+"),
    "responseElse": re.compile(r"(setOutcomeValue )+"),
    "setOutcomeValue": re.compile(r"\w+ "),
    "responseDeclaration": re.compile(r"(defaultValue )?(correctResponse )?(mapping )?"),
    "matchInteraction": re.compile(r"(prompt )?simpleMatchSet simpleMatchSet "),
    "choiceInteraction": re.compile(r"(prompt )?(simpleChoice )+"),
    "inlineChoiceInteraction": re.compile(r"(inlineChoice )+"),
    "not": re.compile(r"\w+ "),
    "match": re.compile(r"\w+ \w+ "),
    "member": re.compile(r"\w+ \w+ "),
    "equal": re.compile(r"\w+ \w+ "),
    "gte": re.compile(r"\w+ \w+ "),
    "patternMatch": re.compile(r"variable "),
}
BLOCKS = frozenset(
    [
        "p",
        "div",
        "ul",
        "ol",
        "dl",
        "table",
        "pre",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "figure",
        "rubricBlock",
        "choiceInteraction",
        "orderInteraction",
        "matchInteraction",
        "extendedTextInteraction",
    ]
)
ONLY_BLOCKS = frozenset(["itemBody", "blockquote"])
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def tag_of(element: ElementTree.Element) -> str:
    return named(element.tag.rpartition("}")[2])


def attributes_of(element: ElementTree.Element) -> dict[str, str]:
    return {camel(key): value for key, value in element.attrib.items() if not key.startswith("{")}


def faults_of_document(data: bytes, *, kebab: bool) -> list[str]:
    """What an item or a stimulus breaks; nothing where it is as it should be."""
    root, found = ElementTree.fromstring(data), []  # noqa: S314 - what we wrote
    declared = {attributes_of(each)["identifier"] for each in root.iter() if tag_of(each).endswith("Declaration")}
    for element in root.iter():
        tag, attributes = tag_of(element), attributes_of(element)
        missing = REQUIRED.get(tag, set()) - attributes.keys()
        found += [f"<{tag}> without {name}" for name in missing]
        children = [tag_of(each) for each in element]
        shape = CHILDREN.get(tag)
        if shape and not shape.fullmatch("".join(f"{child} " for child in children)):
            found.append(f"<{tag}> with {children}")
        if tag in ONLY_BLOCKS:
            found += [f"<{child}> in <{tag}>" for child in children if child not in BLOCKS]
            texts = [element.text, *(each.tail for each in element)]
            found += [f"text in <{tag}>" for text in texts if (text or "").strip()]
        for key in ("identifier", "responseIdentifier", "outcomeIdentifier"):
            if key in attributes and not NAME.fullmatch(attributes[key]):
                found.append(f"{key}={attributes[key]!r}")
        if (
            tag in {"variable", "correct", "mapResponse", "setOutcomeValue"}
            and attributes["identifier"] not in declared
        ):
            found.append(f"{attributes['identifier']} is not declared")
        local = element.tag.rpartition("}")[2]
        if tag in REQUIRED and tag not in {"img", "object"} and local.startswith("qti-") != kebab:
            found.append(f"<{local}>")
    if tag_of(root) == "assessmentItem":
        places = [ORDER.index(tag_of(each)) for each in root]
        found += [] if places == sorted(places) else ["the parts of the item are out of order"]
        ids = [attributes_of(each).get("identifier", "") for each in root.iter() if tag_of(each).endswith("Choice")]
        found += [] if len(set(ids)) == len(ids) else ["two choices with one identifier"]
    return found


def faults_of_package(data: bytes) -> list[str]:
    """What a package breaks: its manifest, and every file of it."""
    found: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = set(package.namelist())
        manifest = ElementTree.fromstring(package.read("imsmanifest.xml"))  # noqa: S314 - as above
        kebab = "v3p0" in manifest.tag
        if [tag_of(each) for each in manifest] != ["metadata", "organizations", "resources"]:
            found.append("the parts of the manifest are out of order")
        listed = {each.get("href") for each in manifest.iter() if tag_of(each) == "file"} | {"imsmanifest.xml"}
        found += [f"{name} is not listed" for name in names - listed]
        found += [f"{name} is missing" for name in listed - names]
        keys = [each.get("identifier", "") for each in manifest.iter() if tag_of(each) == "resource"]
        found += [f"resource {key!r}" for key in keys if not NAME.fullmatch(key)]
        found += [] if len(set(keys)) == len(keys) else ["two resources with one identifier"]
        for name in names - {"imsmanifest.xml"}:
            if name.endswith(".xml"):
                found += [f"{name}: {fault}" for fault in faults_of_document(package.read(name), kebab=kebab)]
    return found
