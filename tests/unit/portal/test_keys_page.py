"""Recovery keys on their page, and the kit that they open."""

import base64
import io
import re
import zipfile
from hashlib import sha256

import pyrage
import pytest

from anchoring.age_file import AgeIdentity
from anchoring.custody_kit import read_kit
from anchoring.recover import open_document
from service.custody import KeptCiphertext
from tests.unit.anchoring_recover.kits import DOCUMENT, make_kit
from tests.unit.portal.rooms import CODE, MemoryRooms
from tests.unit.portal.visits import Visit, form_of, select, words

ANA = "ana@example.com"


@pytest.fixture
def recipient() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


def add(visit: Visit, recipient: str, kind: str = "printed", credential: str = "") -> object:
    page = visit.get("/keys")
    return visit.send(page, "/keys", recipient=recipient, kind=kind, credential=credential)


def test_only_somebody_signed_in_sees_keys(visit: Visit) -> None:
    assert visit.get("/keys").url.path == "/sign-in"
    assert visit.get("/keys/open.html").status_code == 200


def test_a_key_is_kept_shown_and_ended(visit: Visit, rooms: MemoryRooms, recipient: str) -> None:
    visit.sign_in(ANA)
    assert "no tiene ninguna" in words(visit.get("/keys"))
    page = visit.send(
        visit.get("/keys"), "/keys", recipient=recipient, kind="printed", credential=""
    )
    assert page.url.path == "/keys"
    assert [key.recipient for key in rooms.party_custody.recovery_keys(ANA)] == [recipient]
    assert select(page, "li[data-key]")[0].get("data-key") == recipient
    ended = visit.send(page, "/keys/end")
    assert rooms.party_custody.recovery_keys(ANA) == []
    assert "quitada" in words(ended)


def test_a_passkeys_key_can_be_shown_again(
    visit: Visit, rooms: MemoryRooms, recipient: str
) -> None:
    visit.sign_in(ANA)
    credential = base64.urlsafe_b64encode(b"\xff\xfe credential").decode().rstrip("=")
    add(visit, recipient, "passkey", credential)
    assert rooms.party_custody.recovery_keys(ANA)[0].credential == b"\xff\xfe credential"
    assert select(visit.get("/keys"), "button[data-show-key]")[0].get("data-show-key") == credential


@pytest.mark.parametrize(
    ("kind", "recipient", "credential"),
    [
        ("printed", "AGE-SECRET-KEY-1QQQQ", ""),
        ("both", "age1qqqq", ""),
        ("passkey", "age1qqqq", "a"),
    ],
)
def test_what_no_page_of_ours_sends_is_refused(
    visit: Visit, rooms: MemoryRooms, kind: str, recipient: str, credential: str
) -> None:
    visit.sign_in(ANA)
    page = visit.send(
        visit.get("/keys"), "/keys", recipient=recipient, kind=kind, credential=credential
    )
    assert page.status_code in {400, 422}
    assert rooms.party_custody.recovery_keys(ANA) == []
    assert "AGE-SECRET" not in page.text.split("<main")[1].split("<canvas")[0]


def test_keys_change_only_after_a_fresh_code(
    visit: Visit, rooms: MemoryRooms, recipient: str
) -> None:
    visit.sign_in(ANA)
    before = visit.get("/keys")
    rooms.clock.advance(minutes=31)
    refused = visit.send(before, "/keys", recipient=recipient, kind="printed", credential="")
    assert refused.status_code == 403
    page = visit.get("/keys")
    assert not select(page, "form#key-form")
    typed = visit.send(page, "/keys/code/send")
    page = visit.send(typed, "/keys/code", code=CODE)
    assert page.url.path == "/keys"
    assert form_of(page, "/keys") is not None


def test_the_page_with_a_key_loads_scripts_of_this_host_alone(visit: Visit) -> None:
    visit.sign_in(ANA)
    page = visit.get("/keys")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    sources = [script.get("src") for script in select(page, "script")]
    assert all(source.startswith("/static/") for source in sources)
    assert any("age.js" in source for source in sources)
    form = form_of(page, "/keys")
    assert set(form.fields.keys()) == {"csrf", "recipient", "kind", "credential"}


def test_the_recovery_page_is_one_file_that_asks_nobody(visit: Visit) -> None:
    page = visit.get("/keys/open.html")
    assert page.headers["content-disposition"].startswith("attachment")
    policy = select(page, "meta[http-equiv]")[0].get("content")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for script in re.findall(r"<script>(.*?)</script>", page.text, re.S):
        digest = base64.b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not re.findall(r"<(?:link|img|iframe|script)[^>]+(?:src|href)=", page.text)


def test_a_kit_holds_all_that_opens_the_document(visit: Visit, rooms: MemoryRooms) -> None:
    made = make_kit()
    visit.sign_in(ANA)
    described = made.description
    rooms.party_custody.keep(
        "agr_1",
        title="Arriendo de El Olivar",
        kept=KeptCiphertext(
            cid=described.cid,
            profile=described.profile,
            ciphertext_sha256=described.ciphertext_sha256,
            plaintext_sha256=described.plaintext_sha256,
            ciphertext=made.ciphertext,
            envelope=made.envelope,
        ),
    )
    assert visit.get("/agreements/agr_1/custody.zip").status_code == 409
    add(visit, str(pyrage.x25519.Identity.from_str(made.key).to_public()))
    answer = visit.get("/agreements/agr_1/custody.zip")
    assert 'filename="arriendo-de-el-olivar.zip"' in answer.headers["content-disposition"]
    kit = read_kit(answer.content)
    assert kit.ciphertext is not None
    assert open_document(kit.ciphertext, kit.envelope, [AgeIdentity.parse(made.key)]) == DOCUMENT
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "Arriendo de El Olivar" in archive.read("README.txt").decode()
        assert archive.read("open.html") == visit.get("/keys/open.html").content


def test_an_agreement_offers_its_kit_to_whoever_has_a_key(
    visit: Visit, rooms: MemoryRooms, recipient: str
) -> None:
    kept = rooms.draft(ANA, "beto@example.com")
    rooms.agreements.change(kept, state="sealed", document_status="final", evidence_ready=True)
    visit.sign_in(ANA)
    page = visit.get(f"/agreements/{kept}")
    assert not select(page, "#kit-link")
    assert "Crear mi clave" in words(page)
    add(visit, recipient)
    page = visit.get(f"/agreements/{kept}")
    assert select(page, "#kit-link")[0].get("href") == f"/agreements/{kept}/custody.zip"
