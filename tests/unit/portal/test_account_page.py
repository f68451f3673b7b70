"""The account page: passkeys and sessions, and signing in with a passkey."""

from datetime import timedelta

from tests.unit.portal.rooms import MemoryRooms
from tests.unit.portal.visits import Visit, form_of, words

ANA = "ana@example.com"


def csrf(page_text: str) -> str:
    return page_text.split('data-csrf="')[1].split('"')[0]


def add(visit: Visit, answer: str = "pky_1", name: str = "Móvil") -> dict[str, str]:
    page = visit.get("/account")
    told = visit.client.post(
        "/account/passkeys", data={"csrf": csrf(page.text), "answer": answer, "name": name}
    )
    made: dict[str, str] = told.json()
    return made


def test_a_passkey_is_added_renamed_and_removed(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    assert "Todavía no tiene ninguna" in words(visit.get("/account"))
    assert add(visit) == {"passkey": "pky_1", "next": "/account?done=added"}
    page = visit.get("/account?done=added")
    assert "La llave está creada" in words(page)
    page = visit.send(page, "/account/passkeys/rename", name="Teléfono")
    assert "Teléfono" in words(page)
    page = visit.send(page, "/account/passkeys/remove")
    assert "La llave ya no vale" in words(page)
    assert rooms.account.passkeys(ANA) == []


def test_an_answer_that_does_not_hold_is_told_in_words(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    rooms.account.refuses = True
    told = add(visit)
    assert told["code"] == "identity/passkey-refused"
    assert "No se ha firmado nada" in told["error"]
    assert rooms.account.passkeys(ANA) == []


def test_an_old_session_must_confirm_a_code_first(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    token = csrf(visit.get("/account").text)
    rooms.clock.advance(hours=1)
    page = visit.get("/account")
    assert "confirme antes un código" in words(page)
    refused = visit.client.post("/account/passkeys/options", data={"csrf": token})
    assert refused.status_code == 403
    page = visit.send(page, "/account/code/send")
    page = visit.send(page, "/account/code", code="314159")
    assert page.url.path == "/account"
    assert 'id="new-passkey"' in page.text


def test_a_passkey_signs_in_without_claiming_a_fresh_code(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    add(visit)
    made_at = rooms.clock.now()
    other = Visit(rooms)
    rooms.clock.advance(days=3)
    token = csrf(other.get("/sign-in?next=/companies").text)
    asked = other.client.post("/sign-in/passkey/options", data={"csrf": token})
    assert asked.json()["challenge"]
    answer = {"csrf": token, "answer": "pky_1", "next": "//evil.example/"}
    told = other.client.post("/sign-in/passkey", data=answer)
    assert told.json() == {"next": "/agreements"}
    assert ANA in words(other.get("/account"))
    [session] = [one for one in rooms.identity.sessions.values() if one.passkey]
    assert session.confirmed_at == made_at
    assert rooms.clock.now() - session.confirmed_at == timedelta(days=3)
    other.client.close()


def test_an_unknown_passkey_signs_nobody_in(rooms: MemoryRooms, visit: Visit) -> None:
    token = csrf(visit.get("/sign-in").text)
    told = visit.client.post("/sign-in/passkey", data={"csrf": token, "answer": "pky_9"})
    assert (told.status_code, told.json()["code"]) == (404, "identity/passkey-unknown")
    assert rooms.identity.sessions == {}


def test_signed_out_there_and_everywhere(rooms: MemoryRooms, visit: Visit) -> None:
    visit.sign_in(ANA)
    other = Visit(rooms)
    other.sign_in(ANA)
    page = visit.send(visit.get("/account"), "/account/sessions/end")
    assert "La sesión está cerrada" in words(page)
    assert other.get("/account").url.path == "/sign-in"
    page = visit.send(page, "/account/sign-out-everywhere")
    assert page.url.path == "/"
    assert rooms.identity.sessions == {}
    other.client.close()


def asked(rooms: MemoryRooms, visit: Visit, agreement: str, **more: str) -> dict[str, str]:
    page = visit.get(f"/agreements/{agreement}/sign")
    values = {
        name: value or ""
        for name, value in form_of(page, f"/agreements/{agreement}/sign").form_values()
    }
    answer = visit.client.post(
        f"/agreements/{agreement}/sign/passkey/begin", data=values | {"passkey": "pky_1"} | more
    )
    told: dict[str, str] = answer.json()
    return told


def test_a_signature_begins_with_consent_and_ends_with_the_answer(
    rooms: MemoryRooms, visit: Visit
) -> None:
    visit.sign_in(ANA)
    agreement = rooms.draft(ANA, "beto@example.com")
    page = visit.get(f"/agreements/{agreement}/sign")
    assert "Crear mi llave y firmar" in words(page)
    add(visit)
    assert asked(rooms, visit, agreement)["code"] == "portal/consent-needed"
    assert asked(rooms, visit, agreement, agree="1") == {"challenge": "AA"}
    sign = f"/agreements/{agreement}/sign/passkey"
    token = csrf(visit.get(f"/agreements/{agreement}/sign").text)
    told = visit.client.post(sign, data={"csrf": token, "answer": "pky_2"}).json()
    assert told["code"] == "agreements/signature-over"
    assert "firme otra vez" in told["error"]
    asked(rooms, visit, agreement, agree="1")
    told = visit.client.post(sign, data={"csrf": token, "answer": "pky_1"}).json()
    assert told == {"next": f"/agreements/{agreement}?done=signed"}
    assert rooms.agreements.kept[agreement].parties[0].state == "signed"
