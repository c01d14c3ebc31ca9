"""The manifest of a package: which files are questions, and what it says of each in its metadata."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field

from lms.assessment.formats.exchange import Document
from lms.assessment.formats.qti.nodes import attribute, every, first, words
from lms.assessment.formats.qti.texts import resolved
from lms.assessment.formats.tags import spread_tags
from lms.assessment.formats.xml_tree import Element

NAME = "imsmanifest.xml"


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that the manifest names; `topic` is the path of a category and its id."""

    href: str
    kind: str
    title: str
    keywords: tuple[str, ...]
    topic: str
    topic_key: str


@dataclass
class Manifest:
    """What a manifest says; empty where there is none."""

    version: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)

    def placed(self, path: str) -> Document:
        """Tags, difficulty, pool and so on of a file, as its keywords say them."""
        found = self.resources.get(path)
        return spread_tags(found.keywords) if found is not None else {}


def manifest_of(root: Element, folder: str) -> Manifest:
    """What `root`, a manifest that stands in `folder`, says."""
    schema, version = first(root, "schema"), first(root, "schemaversion")
    said = " ".join(words(each).strip() for each in (schema, version) if each is not None)
    found = Manifest(said[:100])
    for each in every(root, "resource"):
        href = attribute(each, "href") or next((attribute(file, "href") for file in each.all("file")), "")
        base = attribute(each, "xml:base")
        path = resolved(posixpath.join(folder, base), href)
        if path:
            found.resources[path] = _resource(each, path)
    return found


def _resource(element: Element, path: str) -> Resource:
    holder = element.child("metadata")
    title, keywords, topic, key = "", [], "", ""
    if holder is not None:
        general = first(holder, "general")
        if general is not None and (named := general.child("title")) is not None:
            title = _said(named)
        keywords = [said for each in every(holder, "keyword") if (said := _said(each))]
        paths = list(every(holder, "taxonPath", "taxonpath"))
        if paths:
            taxa = list(every(paths[0], "taxon"))
            topic = "/".join(_entry(each).replace("/", "//") for each in taxa)
            key = _id(taxa[-1]) if len(taxa) == 1 else ""
    return Resource(path, attribute(element, "type"), title, tuple(keywords[:100]), topic, key)


def _said(element: Element) -> str:
    return " ".join(words(element).split())[:200]


def _entry(taxon: Element) -> str:
    found = taxon.child("entry")
    return _said(found) if found is not None else _id(taxon)


def _id(taxon: Element) -> str:
    found = taxon.child("id")
    return _said(found) if found is not None else ""
