"""Reading, signing and declining."""

import base64
import io

import pytest
from PIL import Image, ImageDraw

from service.agreements.errors import ReasonNeededError, StaleViewError
from tests.unit.portal.rooms import CODE, MemoryRooms
from tests.unit.portal.visits import Visit, form_of, select, words

ANA, BETO = "ana@example.com", "beto@example.com"


def drawing(*, ink: bool = True, size: tuple[int, int] = (300, 120)) -> str:
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(picture).line((40, 60, 200, 90), fill=(20, 48, 107, 255), width=4)
    written = io.BytesIO()
    picture.save(written, format="PNG")
    return "data:image/png;base64," + base64.b64encode(written.getvalue()).decode()


@pytest.fixture
def sign_path(rooms: MemoryRooms, visit: Visit) -> str:
    kept = rooms.draft(ANA, BETO)
    visit.sign_in(ANA)
    return f"/agreements/{kept}/sign"


def test_a_typed_name_signs(rooms: MemoryRooms, visit: Visit, sign_path: str) -> None:
    page = visit.get(sign_path)
    assert form_of(page, sign_path).fields["typed_name"] == "Ana"
    pictures = select(page, "img.page")
    assert [picture.get("loading") for picture in pictures] == ["lazy"] * 3
    page = visit.send(page, sign_path, agree="1", typed_name="Ana Ruiz")
    assert "Ha firmado el contrato" in words(page)
    assert rooms.agreements.typed_names[ANA] == "Ana Ruiz"
    assert rooms.agreements.drawings[ANA] is None


def test_a_drawing_signs_as_a_fresh_picture(
    rooms: MemoryRooms, visit: Visit, sign_path: str
) -> None:
    page = visit.get(sign_path)
    visit.send(page, sign_path, agree="1", style="drawn", drawn=drawing())
    kept = rooms.agreements.drawings[ANA]
    assert kept is not None
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.mode == "RGBA"
        assert picture.width < 180


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ("", "No ha dibujado la firma"),
        (drawing(ink=False), "No ha dibujado la firma"),
        (drawing(size=(5000, 10)), "No hemos podido leer"),
        ("data:image/svg+xml;base64,AAAA", "No hemos podido leer"),
        ("data:image/png;base64,????", "No hemos podido leer"),
        ("data:image/png;base64,iVBORw0KGgo=", "No hemos podido leer"),
        ("data:image/png;base64," + "A" * 700_000, "No hemos podido leer"),
    ],
)
def test_what_is_no_drawing_is_refused(
    rooms: MemoryRooms, visit: Visit, sign_path: str, drawn: str, said: str
) -> None:
    page = visit.send(visit.get(sign_path), sign_path, agree="1", style="drawn", drawn=drawn)
    assert page.status_code == 422
    assert said in words(page)
    assert rooms.agreements.drawings == {}
    assert form_of(page, sign_path).fields["style"] == "drawn"


def test_nobody_signs_without_consent(rooms: MemoryRooms, visit: Visit, sign_path: str) -> None:
    page = visit.send(visit.get(sign_path), sign_path, typed_name="Ana")
    assert page.status_code == 422
    assert "marque que acepta" in words(page)
    assert rooms.agreements.typed_names == {}


def test_a_document_that_changed_is_read_again(
    rooms: MemoryRooms, visit: Visit, sign_path: str
) -> None:
    rooms.agreements.refuse = StaleViewError("changed")
    page = visit.send(visit.get(sign_path), sign_path, agree="1")
    assert page.status_code == 409
    assert "Léalo otra vez" in words(page)


def test_an_old_confirmation_needs_a_new_code(
    rooms: MemoryRooms, visit: Visit, sign_path: str
) -> None:
    rooms.clock.advance(hours=1)
    page = visit.get(sign_path)
    assert "Confirme que es usted" in words(page)
    base = sign_path.removesuffix("/sign")
    page = visit.send(page, f"{base}/code/send")
    assert page.url.path == f"{base}/code"
    page = visit.send(page, f"{base}/code", code="000000")
    assert "Ese no es el código" in words(page)
    page = visit.send(page, f"{base}/code", code=CODE)
    assert page.url.path == sign_path
    assert form_of(page, sign_path) is not None


def test_declining_needs_a_reason_and_ends_it(rooms: MemoryRooms, visit: Visit) -> None:
    kept = rooms.draft(ANA, BETO)
    rooms.agreements.set_party(kept, ANA, "signed")
    rooms.agreements.send(ANA, kept)
    visit.sign_in(BETO)
    path = f"/agreements/{kept}/decline"
    page = visit.get(f"/agreements/{kept}/sign")
    rooms.agreements.refuse = ReasonNeededError("expected a reason")
    page = visit.send(page, path, reason=" ")
    assert page.status_code == 422
    assert select(page, "details[open] #reason_error")
    page = visit.send(page, path, reason="El precio no es el hablado")
    assert rooms.agreements.kept[kept].state == "declined"
    assert "El precio no es el hablado" in words(page)


def test_a_draft_is_deleted_not_declined(visit: Visit, sign_path: str) -> None:
    assert not select(visit.get(sign_path), "details.decline")


def test_who_cannot_sign_now_sees_the_agreement(
    rooms: MemoryRooms, visit: Visit, sign_path: str
) -> None:
    visit.send(visit.get(sign_path), sign_path, agree="1")
    assert visit.get(sign_path).url.path == sign_path.removesuffix("/sign")
