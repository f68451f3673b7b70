"""Placing fields by finger, mouse and keyboard, and filling them in, in Chromium."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from tests.browser.test_pages import ANA, BETO, browser, open_reader
from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.serving import serve

__all__ = ["browser"]


@pytest.fixture
def rooms() -> Iterator[MemoryRooms]:
    with serve() as rooms:
        yield rooms


@pytest.mark.parametrize("width", [390, 1280])
def test_fields_are_placed_and_filled_in(rooms: MemoryRooms, browser: Browser, width: int) -> None:
    agreement = rooms.draft(ANA, BETO, title="Arriendo de huerta")
    reader = open_reader(rooms, browser, viewport={"width": width, "height": 844})
    page = reader.page
    reader.sign_in(ANA)
    reader.go(f"/agreements/{agreement}")
    page.click("#fields-link")
    page.wait_for_url("**/fields")
    reader.look("es")

    # With the pointer: a text field of the first party, then dragged down and to the right.
    page.click("[data-kind=text]")
    sheet = page.locator(".sheet[data-page='2']")
    sheet.evaluate("one => one.scrollIntoView({ block: 'center' })")
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    mark = page.locator(".field-mark")
    expect(mark).to_have_count(1)
    before = rooms_row(page)
    grip = mark.bounding_box()
    assert grip is not None
    page.mouse.move(grip["x"] + 8, grip["y"] + grip["height"] / 2)
    page.mouse.down()
    page.mouse.move(
        grip["x"] + 8 + 0.1 * box["width"], grip["y"] + grip["height"] / 2 + 40, steps=4
    )
    page.mouse.up()
    after = rooms_row(page)
    assert after["left"] == pytest.approx(before["left"] + 10, abs=1)
    assert after["top"] > before["top"] + 2
    assert after["page"] == 2

    # With the keyboard: moved, widened, never beyond the page.
    mark.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    for _ in range(120):
        page.keyboard.press("ArrowDown")
    moved = rooms_row(page)
    assert moved["left"] == pytest.approx(after["left"] - 1)
    assert moved["width"] == pytest.approx(after["width"] + 1)
    assert moved["top"] + moved["height"] == pytest.approx(100, abs=0.02)

    # Without dragging at all: the same numbers, typed.
    page.locator("#by-hand summary").click()
    page.fill("#field_1_label", "Parcela")
    page.click("#add-field")
    page.select_option("#field_2_kind", "checkbox")
    page.fill("#field_2_label", "Tiene agua")
    page.fill("#field_2_top", "30")
    expect(page.locator(".field-mark")).to_have_count(2)
    reader.look("es")
    page.click("#save-fields")
    page.wait_for_url("**done=placed")
    placed = rooms.agreements.placed[agreement]
    assert [(one.kind, one.label, one.page) for one in placed] == [
        ("text", "Parcela", 2),
        ("checkbox", "Tiene agua", 1),
    ]

    reader.go(f"/agreements/{agreement}/sign")
    reader.look("es")
    own = page.locator(".own-field")
    expect(own).to_have_count(2)
    own = page.locator(".page-frame[data-page='2'] .own-field")
    own.click()
    expect(page.locator("#value-acta-field-1-1")).to_be_focused()
    page.keyboard.type("Polígono 3")
    expect(own).to_have_text("Polígono 3")
    page.check("#value-acta-field-1-2")
    page.check("#agree")
    page.click("#sign-button")
    page.wait_for_url("**done=signed")
    assert rooms.agreements.values[ANA] == {
        "acta-field-1-1": "Polígono 3",
        "acta-field-1-2": "1",
    }
    assert reader.faults == []
    reader.context.close()


def _photograph() -> bytes:
    """Return a signature on grey paper, as a telephone takes it."""
    sheet = Image.new("RGB", (600, 300), "#d9d6cf")
    ImageDraw.Draw(sheet).line([(60, 200), (200, 60), (300, 240), (520, 90)], "#202830", 9)
    out = io.BytesIO()
    sheet.save(out, format="JPEG")
    return out.getvalue()


def test_a_photograph_of_a_signature_loses_its_paper(rooms: MemoryRooms, browser: Browser) -> None:
    agreement = rooms.draft(ANA, BETO)
    reader = open_reader(rooms, browser)
    page = reader.page
    reader.sign_in(ANA)
    reader.go(f"/agreements/{agreement}/sign")
    page.check("#style-drawn")
    blank = io.BytesIO()
    Image.new("RGB", (80, 40), "white").save(blank, format="PNG")
    for name, content in (("blank.png", blank.getvalue()), ("text.png", b"no picture")):
        page.set_input_files(
            "#pad-file", {"name": name, "mimeType": "image/png", "buffer": content}
        )
        expect(page.locator("#pad-file-bad")).to_be_visible()
    page.set_input_files(
        "#pad-file", {"name": "firma.jpg", "mimeType": "image/jpeg", "buffer": _photograph()}
    )
    expect(page.locator("#pad-file-bad")).to_be_hidden()
    page.check("#agree")
    page.click("#sign-button")
    page.wait_for_url("**done=signed")
    drawn = rooms.agreements.drawings[ANA]
    assert drawn is not None
    alpha = Image.open(io.BytesIO(drawn)).getchannel("A")
    # Paper is gone, ink is not.
    assert 0.01 < sum(alpha.histogram()[128:]) / (alpha.width * alpha.height) < 0.2
    assert reader.faults == []
    reader.context.close()


def rooms_row(page: object) -> dict[str, float]:
    """Return the numbers of the first row."""
    return {
        name: float(page.input_value(f"#field_1_{name}"))  # type: ignore[attr-defined]
        for name in ("page", "left", "top", "width", "height")
    }
