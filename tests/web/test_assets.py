"""The bundled files: their size, their names, how they are served, and that the two themes agree."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from lms.web import assets
from lms.web.assets import STATIC, Assets
from lms.web.stylesheet import minify, without_unused
from lms.web.svg import icon_svg

FIRST_VISIT_CSS = 40_000
FIRST_VISIT_JS = 12_000


@pytest.fixture(scope="module")
def held() -> Assets:
    return Assets()


@pytest.fixture
def browser(held: Assets) -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    held.init_app(app)
    return app.test_client()


@pytest.fixture
def css_path(browser: FlaskClient, held: Assets) -> str:
    with browser.application.test_request_context():
        return held.css_url


def test_the_files_stay_within_the_budget_of_a_first_visit(held: Assets) -> None:
    sizes = held.sizes()
    assert sizes["umbral.css"] <= FIRST_VISIT_CSS
    assert sizes["umbral.js"] <= FIRST_VISIT_JS


def test_a_file_may_be_kept_for_a_year_under_the_name_of_its_content(browser: FlaskClient, css_path: str) -> None:
    answer = browser.get(css_path)
    assert re.fullmatch(r"/assets/umbral\.[0-9a-f]{16}\.css", css_path)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"


def test_gzip_goes_out_only_to_a_browser_that_takes_it(browser: FlaskClient, css_path: str) -> None:
    plain = browser.get(css_path)
    zipped = browser.get(css_path, headers={"Accept-Encoding": "gzip, br"})
    refused = browser.get(css_path, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert len(zipped.data) < len(plain.data) / 3
    assert refused.data == plain.data
    assert plain.headers["Vary"] == zipped.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != zipped.headers["ETag"]


def test_a_browser_that_has_the_file_gets_304(browser: FlaskClient, css_path: str) -> None:
    tag = browser.get(css_path).headers["ETag"]
    again = browser.get(css_path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["umbral.css", "umbral.0000000000000000.css", "..%2Fassets.py"])
def test_other_names_are_not_served(browser: FlaskClient, name: str) -> None:
    assert browser.get(f"/assets/{name}").status_code == 404


def test_the_name_follows_the_content(monkeypatch: pytest.MonkeyPatch, held: Assets, browser: FlaskClient) -> None:
    monkeypatch.setattr(assets, "script", lambda: "{\nchanged();\n}\n")
    changed = Assets()
    with browser.application.test_request_context():
        assert changed.css_url == held.css_url
        assert changed.js_url != held.js_url


def test_bootstraps_licence_stays_and_its_source_map_goes() -> None:
    sheet = assets.stylesheet()
    assert "Licensed under MIT" in sheet
    assert "sourceMappingURL" not in sheet
    assert sheet.startswith("@charset")


def test_every_sheet_in_the_folder_is_bundled() -> None:
    assert {path.name for path in (STATIC / "css").glob("*.css")} == set(assets.SHEETS)


def test_every_custom_property_that_is_used_is_defined() -> None:
    sheet = assets.stylesheet().split("https://github.com/twbs/bootstrap/blob/main/LICENSE")[1]
    ours = "\n".join((STATIC / "css" / name).read_text("utf-8") for name in assets.SHEETS)
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", sheet))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", ours)) <= defined


def test_no_rule_of_ours_reaches_another_host() -> None:
    ours = "\n".join(path.read_text("utf-8") for path in STATIC.rglob("*.css"))
    assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", ours)


def _themes() -> dict[str, dict[str, str]]:
    tokens = (STATIC / "css" / "tokens.css").read_text("utf-8")
    blocks = re.findall(r"([^{}]+)\{([^{}]*--page:[^{}]*)\}", tokens)
    names = ["light", "dark", "device"]
    return {
        name: dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", body))
        for name, (_, body) in zip(names, blocks, strict=True)
    }


def test_the_dark_theme_is_the_same_by_choice_and_by_device() -> None:
    themes = _themes()
    assert themes["dark"] == themes["device"]
    assert themes["dark"].keys() == themes["light"].keys()


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


_GROUNDS = ("page", "card", "sunk", "accent-soft", "good-soft", "warning-soft", "bad-soft", "info-soft")
_TEXTS = [("ink", ground) for ground in (*_GROUNDS, "heat-1", "heat-2", "heat-3")]
_TEXTS += [("muted", ground) for ground in _GROUNDS]
_TEXTS += [("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-accent", "heat-4")]
_TEXTS += [
    (tone, ground)
    for tone in ("accent", "good", "warning", "bad", "info")
    for ground in ("page", "card", "sunk", f"{tone}-soft")
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), _TEXTS)
def test_texts_can_be_read_on_every_ground_they_stand_on(theme: str, text: str, ground: str) -> None:
    colours = _themes()[theme]
    assert _contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "card"])
def test_the_edges_of_controls_can_be_seen(theme: str, ground: str) -> None:
    colours = _themes()[theme]
    assert _contrast(colours["edge"], colours[ground]) >= 3


def test_minify_keeps_what_a_rule_says() -> None:
    css = "/* why */\n.a > .b {\n  margin: 0 auto;\n  width: calc(1px + 2px);\n}\n/*! licence */"
    assert minify(css) == ".a > .b{margin: 0 auto;width: calc(1px + 2px)}/*! licence */"


def test_unused_components_go_and_the_rest_stays() -> None:
    css = (
        '@charset "UTF-8";/*! kept */.card,.btn{a:b}.card-body{a:b}.carded{a:b}@media (x){.modal{a:b}.row{a:b}}'
        "@media (y){.toast{a:b}}@keyframes spinner-grow{to{a:b}}.list-unstyled:not(.card,.b){a:b}"
    )
    kept = '@charset "UTF-8";/*! kept */.btn{a:b}.carded{a:b}@media (x){.row{a:b}}.list-unstyled:not(.card,.b){a:b}'
    assert without_unused(css) == kept


def test_a_block_that_is_never_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match="never closed"):
        without_unused(".a{b:c")


@given(st.lists(st.sampled_from([".a{b:c}", "@media (x){.a{b:c}}", "/*! l */", '@charset "UTF-8";']), max_size=8))
def test_a_sheet_without_unused_rules_comes_back_as_it_was(parts: list[str]) -> None:
    css = "".join(parts)
    assert without_unused(css) == css


def test_the_script_is_parts_in_blocks_with_main_first() -> None:
    script = assets.script()
    main = (STATIC / "js" / "main.js").read_text("utf-8")
    first_statement = next(line.strip() for line in main.splitlines() if line and not line.startswith("//"))
    assert script.startswith("{\n" + first_statement)
    assert script.count("\n}\n{\n") == len(list((STATIC / "js").glob("*.js"))) - 1


def test_a_part_with_an_import_is_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text('import { a } from "./a.js";\n')
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    with pytest.raises(ValueError, match="cannot import"):
        assets.script()


def test_an_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in icon_svg("check-circle")
    labelled = icon_svg("check-circle", 'de "Ana"')
    assert 'role="img" aria-label="de &#34;Ana&#34;"' in labelled
    assert "aria-hidden" not in labelled


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(LookupError, match="no icon named 'door-of-gold'"):
        icon_svg("door-of-gold")
