"""Identification, review desk and companies as people see them, over real rooms and known faces."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from service.identity import Pose, Step
from service.identity.kept_pictures import KeptPicture
from tests.parts import fresh_database, fresh_keyring
from tests.unit.identity.bureau import EMAIL, REVIEWER, Bureau
from tests.unit.identity.conftest import Desk
from tests.unit.identity.known_faces import ANA, COUPLE, COUSIN, EVA, FLAT, NOBODY, face_picture
from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.visits import Visit, form_of, tree, words

OTHER = "eva@example.org"


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Bureau]:
    database = fresh_database(tmp_path)
    yield Bureau(Desk(folder=tmp_path, database=database, keyring=fresh_keyring(tmp_path)))
    database.dispose()


@pytest.fixture
def rooms(bureau: Bureau) -> MemoryRooms:
    return MemoryRooms(clock=bureau.desk.clock, bureau=bureau.rooms)


def signed_in(rooms: MemoryRooms, email: str) -> Visit:
    visit = Visit(rooms)
    visit.sign_in(email)
    return visit


@pytest.fixture
def ana(rooms: MemoryRooms) -> Iterator[Visit]:
    visit = signed_in(rooms, EMAIL)
    yield visit
    visit.client.close()


def picture(person: int = ANA, pose: Pose = Pose.CENTRE) -> bytes:
    return face_picture(person, pose, salt=secrets.randbelow(10**9))


def action(page: httpx.Response, ending: str) -> str:
    found: list[str] = tree(page).xpath(f"//form[contains(@action, '{ending}')]/@action")
    return found[0]


def give_document(visit: Visit, page: httpx.Response, **fields: str) -> httpx.Response:
    front = ("front.png", picture(), "image/png")
    return visit.send(page, action(page, "/document"), {"front": front}, **fields)


def to_the_face(visit: Visit, **names: str) -> httpx.Response:
    page = visit.send(visit.get("/identify"), "/identify")
    page = give_document(visit, page)
    confirmed = {"family_names": "García López", "given_names": "María Carmen"} | names
    return visit.send(page, action(page, "/confirm"), **confirmed)


def show_face(visit: Visit, page: httpx.Response, person: int = ANA) -> httpx.Response:
    """Do what ``face-capture.js`` does."""
    [scan] = tree(page).xpath("//*[@data-face-capture]")
    csrf = {"csrf": scan.get("data-csrf")}
    challenge = visit.client.post(scan.get("data-challenge"), data=csrf).json()
    frames = {
        f"frame_{number}": (f"{number}.jpg", picture(person, Pose(pose)), "image/jpeg")
        for number, pose in enumerate(challenge["poses"])
    }
    token = {"token": challenge["token"]}
    return visit.client.post(scan.get("data-check"), data=csrf | token, files=frames)


def test_from_nothing_to_identified_and_forgotten(bureau: Bureau, ana: Visit) -> None:
    page = to_the_face(ana)
    assert "no detiene una grabación preparada" in words(page).lower()
    assert page.headers["permissions-policy"].startswith("camera=(self)")
    assert show_face(ana, page).json() == {"next": "/identify"}
    page = ana.get("/identify")
    assert "Está identificado" in words(page)
    assert "María Carmen García López" in words(page)
    assert "99999999R" in words(page)
    assert "5 imágenes" in words(page)
    page = ana.send(page, action(page, "/forget-pictures"))
    assert "No guardamos ninguna imagen" in words(page)
    with bureau.desk.database.reading() as session:
        assert session.scalars(select(KeptPicture)).all() == []
        assert bureau.rooms.current_identification(session, EMAIL) is not None
    page = ana.send(page, action(page, "/withdraw"))
    assert "Está borrado" in words(page)
    with bureau.desk.database.reading() as session:
        assert bureau.rooms.current_identification(session, EMAIL) is None


def test_the_camera_is_allowed_on_that_page_alone(ana: Visit) -> None:
    assert ana.get("/agreements").headers["permissions-policy"].startswith("camera=()")


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (EVA, "no se parece bastante"),
        (NOBODY, "No se ve ninguna cara"),
        (COUPLE, "más de una cara"),
        (FLAT, "parece plano"),
    ],
)
def test_who_is_refused_is_told_why(ana: Visit, person: int, said: str) -> None:
    page = to_the_face(ana)
    answer = show_face(ana, page, person)
    assert answer.status_code == 400
    assert said in answer.json()["error"]
    assert "Le quedan 5 intentos" in words(ana.get("/identify"))


def test_frames_are_taken_once(ana: Visit) -> None:
    page = to_the_face(ana)
    [scan] = tree(page).xpath("//*[@data-face-capture]")
    csrf = {"csrf": scan.get("data-csrf")}
    sent: dict[str, tuple[str, bytes, str]] = {}
    for expected in ("identity/other-face", "identity/replayed-capture"):
        challenge = ana.client.post(scan.get("data-challenge"), data=csrf).json()
        sent = sent or {
            f"frame_{n}": (f"{n}.png", picture(EVA, Pose(pose)), "image/png")
            for n, pose in enumerate(challenge["poses"])
        }
        data = csrf | {"token": challenge["token"]}
        answer = ana.client.post(scan.get("data-check"), data=data, files=sent)
        assert answer.json()["code"] == expected
    # And a challenge is, too.
    answer = ana.client.post(scan.get("data-check"), data=data, files=sent)
    assert answer.json()["code"] == "identity/challenge-over"


def test_without_a_reader_people_type_and_a_reviewer_decides(
    bureau: Bureau, rooms: MemoryRooms, ana: Visit
) -> None:
    page = ana.send(ana.get("/identify"), "/identify")
    assert not tree(page).xpath("//input[@name='typed']")
    bureau.documents.missing = True
    page = give_document(ana, page)
    assert "Esta instalación no puede leer documentos" in words(page)
    typed = {
        "typed": "1",
        "issuer": "ESP",
        "given_names": "Ana",
        "family_names": "Ruiz Gómez",
        "document_number": "BAA000589",
        "birth": "1985-12-09",
        "expiry": "2031-06-30",
    }
    page = give_document(ana, page, **typed)
    page = ana.send(page, action(page, "/confirm"), number="99999999R")
    assert show_face(ana, page).status_code == 200
    assert "Lo está mirando una persona" in words(ana.get("/identify"))

    # Nobody decides on themselves, though Ana is a reviewer too.
    queue = ana.get("/review")
    [case] = tree(queue).xpath("//a[contains(@href, '/review/')]/@href")
    assert ana.get(case).status_code == 403
    desk = signed_in(rooms, REVIEWER)
    sheet = desk.get(case)
    assert "Los datos los escribió la persona" in words(sheet)
    assert "Ruiz Gómez" in words(sheet)
    pictures = tree(sheet).xpath("//img[contains(@src, '/pictures/')]/@src")
    assert len(pictures) == 5
    for source in pictures:
        shown = desk.get(source)
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["cache-control"] == "no-store"
        assert ana.get(source).status_code == 403
    values = {**dict(form_of(sheet, case).form_values()), "reason": "no"}
    answer = desk.client.post(case, data={**values, "decision": "accept"})
    assert "Escriba un motivo" in words(answer)
    values["reason"] = "he comparado foto y datos"
    answer = desk.client.post(case, data={**values, "decision": "accept"})
    assert "La decisión está anotada" in words(answer)
    page = ana.get("/identify")
    assert "Está identificado" in words(page)
    assert "una persona" in words(page)
    assert desk.get(pictures[0]).status_code == 409
    desk.client.close()


def test_a_doubtful_face_waits_and_may_be_refused(
    bureau: Bureau, rooms: MemoryRooms, ana: Visit
) -> None:
    assert show_face(ana, to_the_face(ana), COUSIN).status_code == 200
    desk = signed_in(rooms, REVIEWER)
    [case] = tree(desk.get("/review")).xpath("//a[contains(@href, '/review/')]/@href")
    sheet = desk.get(case)
    assert "se parece, pero no lo bastante" in words(sheet)
    assert "0.550" in words(sheet)
    values = {**dict(form_of(sheet, case).form_values()), "reason": "no es la misma cara"}
    desk.client.post(case, data={**values, "decision": "refuse"})
    assert "No se ha aceptado" in words(ana.get("/identify"))
    view = bureau.identifications.current(email=EMAIL)
    assert view is not None
    assert view.step == Step.REFUSED
    desk.client.close()


def test_others_find_nothing(rooms: MemoryRooms, ana: Visit) -> None:
    page = to_the_face(ana)
    [scan] = tree(page).xpath("//*[@data-face-capture]")
    eva = signed_in(rooms, OTHER)
    csrf = form_of(eva.get("/identify"), "/identify").fields["csrf"]
    for path in (scan.get("data-challenge"), scan.get("data-check")):
        answer = eva.client.post(path, data={"csrf": csrf})
        assert answer.status_code == 404
        assert json.loads(answer.text)["code"] == "service/not-found"
    withdraw = action(page, "/withdraw")
    assert eva.client.post(withdraw, data={"csrf": csrf}).status_code == 404
    assert eva.get("/review").status_code == 403
    eva.client.close()


def test_costly_tries_are_counted(ana: Visit) -> None:
    page = to_the_face(ana)
    [scan] = tree(page).xpath("//*[@data-face-capture]")
    csrf = {"csrf": scan.get("data-csrf")}
    answers = {ana.client.post(scan.get("data-check"), data=csrf).json()["code"] for _ in range(31)}
    assert "identity/too-many-requests" in answers


def identified(bureau: Bureau, rooms: MemoryRooms, email: str) -> Visit:
    bureau.identify(email)
    return signed_in(rooms, email)


def add_company(visit: Visit) -> httpx.Response:
    return visit.send(
        visit.get("/companies"),
        "/companies",
        legal_name="Aceites del Sur, S.L.",
        kind="es-nif",
        number="B58378431",
    )


def test_a_company_by_a_deed_that_is_reviewed(
    bureau: Bureau, rooms: MemoryRooms, ana: Visit
) -> None:
    assert "Antes tiene que identificarse" in words(ana.get("/companies"))
    bureau.identify(EMAIL)
    page = ana.send(
        ana.get("/companies"), "/companies", legal_name="Aceites", kind="es-nif", number="B1"
    )
    assert "El número de la empresa no es correcto" in words(page)
    page = add_company(ana)
    assert "Todavía no puede firmar" in words(page)
    deed = ("poder.png", picture(), "image/png")
    page = ana.send(page, action(page, "/deed"), {"deed": deed})
    assert "esperando revisión" in words(page)
    desk = signed_in(rooms, REVIEWER)
    [case] = tree(desk.get("/review")).xpath("//a[contains(@href, '/review/')]/@href")
    sheet = desk.get(case)
    assert "Aceites del Sur, S.L." in words(sheet)
    values = {**dict(form_of(sheet, case).form_values()), "reason": "poder notarial correcto"}
    desk.client.post(case, data={**values, "decision": "accept"})
    page = ana.get(page.url.path)
    assert "Puede firmar en su nombre" in words(page)
    page = ana.send(page, action(page, "/withdraw"))
    assert "Todavía no puede firmar" in words(page)
    desk.client.close()


def test_members_come_and_go_and_an_owner_stays(bureau: Bureau, rooms: MemoryRooms) -> None:
    ana = identified(bureau, rooms, EMAIL)
    page = add_company(ana)
    members = action(page, "/members")
    company = page.url.path
    page = ana.send(page, members, member=OTHER, role_drafter="1")
    assert OTHER in words(page)
    eva = signed_in(rooms, OTHER)
    theirs = eva.get(company)
    assert "Prepara contratos" in words(theirs)
    assert not tree(theirs).xpath("//form[contains(@action, '/members')]")
    csrf = form_of(theirs, "/sign-out").fields["csrf"]
    answer = eva.client.post(members, data={"csrf": csrf, "member": OTHER, "role_owner": "1"})
    assert answer.status_code == 403
    page = ana.send(ana.get(company), members, member=EMAIL)
    assert "La empresa necesita un titular" in words(page)
    ana.send(page, members, member=OTHER)
    assert eva.get(company).status_code == 404
    for visit in (ana, eva):
        visit.client.close()


def test_a_challenge_is_a_file_to_be_signed(bureau: Bureau, rooms: MemoryRooms) -> None:
    ana = identified(bureau, rooms, EMAIL)
    page = add_company(ana)
    answer = ana.send(page, action(page, "/challenge"))
    assert "attachment" in answer.headers["content-disposition"]
    assert "es-nif B58378431" in answer.text
    files = {
        "text": ("acta-challenge.txt", answer.content, "text/plain"),
        "signature": ("acta-challenge.p7s", b"\x30\x00", "application/pkcs7-signature"),
    }
    page = ana.send(ana.get(page.url.path), action(page, "/certificate"), files)
    assert "no demuestra lo que debe" in words(page)
    ana.client.close()
