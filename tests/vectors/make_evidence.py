"""Make the good evidence anew by a real run: ``python -m tests.vectors.make_evidence``.

Starts an Acta with its own chain, signs two small agreements, and keeps for each the evidence,
the trust file, and every JSON-RPC answer that the verifier asked for. Two more come from the
tests' own maker: one that this version must refuse for a critical member it does not know, since
Acta never writes one, and one of signers with passkeys. Keys and salts are new at every run: run
``build_evidence`` after it.
"""

import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from pyhanko.sign.validation.dss import DocumentSecurityStore
from reportlab.pdfgen import canvas

from anchoring.canonical_json import canonical_bytes
from anchoring.evidence import read_evidence
from anchoring.report import Report, Verdict
from anchoring.trust import parse_trust
from anchoring.verify import verify_evidence
from service.person import Contact, Person
from tests.running import RunningActa, start_acta
from tests.unit.anchoring_verify.sealed_agreement import Plan, make, platform
from tests.vectors.passkey import Passkey
from tests.vectors.replay_rpc import Call, serving

HERE = Path(__file__).parent / "evidence"
_INES = Contact("Inés Robledo Cano", "ines@robledo.example")
_TOMAS = Contact("Tomás Arce Peral", "tomas@arce.example")
_FINAL_LIMIT_S = 60


def main() -> int:
    """Write every base; the cases made from them are another script's."""
    with tempfile.TemporaryDirectory() as folder:
        acta = start_acta(Path(folder) / "data")
        try:
            _keep("two-parties", acta, _two_parties(acta))
            _keep("one-party", acta, _one_party(acta))
        finally:
            acta.stop()
    _keep_unknown_critical_member()
    _keep_passkeys()
    pdf = read_evidence(HERE / "two-parties" / "evidence.asice").pdf
    assert pdf is not None
    updates = {name: update(pdf).hex() for name, update in _UPDATES.items()}
    (HERE / "updates.json").write_text(json.dumps(updates, indent=1) + "\n")
    return 0


def _two_parties(acta: RunningActa) -> bytes:
    ines, tomas = Person(acta.base_url, _INES), Person(acta.base_url, _TOMAS)
    try:
        ines.sign_in()
        agreement = ines.draft(
            pdf=_contract("Permuta de dos huertos"),
            title="Permuta de dos huertos",
            others=[_TOMAS],
            own=True,
        )
        ines.sign(agreement)
        ines.send(agreement)
        tomas.accept_invitation(agreement)
        tomas.sign(agreement)
        return _evidence(tomas, agreement)
    finally:
        ines.close()
        tomas.close()


def _one_party(acta: RunningActa) -> bytes:
    ines, tomas = Person(acta.base_url, _INES), Person(acta.base_url, _TOMAS)
    try:
        ines.sign_in()
        agreement = ines.draft(
            pdf=_contract("Recibo de una yunta"),
            title="Recibo de una yunta",
            others=[_TOMAS],
            own=False,
        )
        ines.send(agreement)
        tomas.accept_invitation(agreement)
        tomas.sign(agreement)
        return _evidence(tomas, agreement)
    finally:
        ines.close()
        tomas.close()


def _evidence(person: Person, agreement: str) -> bytes:
    until = time.monotonic() + _FINAL_LIMIT_S
    while not person.offers(agreement, "evidence.asice"):
        if time.monotonic() > until:
            raise AssertionError(f"expected a final anchor within {_FINAL_LIMIT_S} s")
        time.sleep(0.2)
    return person.visitor.download(f"/agreements/{agreement}/evidence.asice")


def _keep(name: str, acta: RunningActa, evidence: bytes) -> None:
    answer = httpx.get(f"{acta.base_url}/.well-known/acta-trust.json", timeout=10)
    trust = answer.raise_for_status().content
    report, calls = _recorded(evidence, trust, lambda body: _forward(acta.rpc_url, body))
    assert report.verdict is Verdict.VALID, report
    _write(name, evidence, trust, calls)


def _keep_unknown_critical_member() -> None:
    made = make(
        Plan(
            platform=platform("newer.example/log"),
            edit_statement=lambda d: replace(d, crit=("witness",)) if d.type == "sent" else d,
        )
    )
    trust = made.platform.trust_bytes(rpc=("http://127.0.0.1:1",))

    def answer(body: bytes) -> Any:
        request = json.loads(body)
        return made.chain.answer(request["method"], request["params"])

    report, calls = _recorded(made.archive(), trust, answer)
    assert (report.verdict, report.reason_code) == (
        Verdict.CANNOT_CHECK,
        "anchoring/unknown-version",
    ), report
    _write("unknown-critical-member", made.archive(), trust, calls)


def _keep_passkeys() -> None:
    """Two signers with passkeys, and proofs of all that a reader needs who asks no node."""
    ines, tomas = Passkey("ines"), Passkey("tomas")
    made = make(
        Plan(
            platform=platform("passkeys.example/log"),
            passkeys={1: ines, 2: tomas},
            other_keys={1: [Passkey("ines, spare").party_key]},
            voidable=True,
        )
    )
    trust = made.platform.trust_bytes(rpc=("http://127.0.0.1:1",))

    def answer(body: bytes) -> Any:
        request = json.loads(body)
        return made.chain.answer(request["method"], request["params"])

    report, calls = _recorded(made.archive(), trust, answer)
    assert report.verdict is Verdict.VALID, report
    _write("passkeys", made.archive(), trust, calls)


def _write(name: str, evidence: bytes, trust: bytes, calls: list[Call]) -> None:
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evidence.asice").write_bytes(evidence)
    (folder / "trust.json").write_bytes(trust)
    rows = ",\n ".join(canonical_bytes(call).decode() for call in calls)
    (folder / "rpc.json").write_text(f'{{"calls":[\n {rows}\n]}}\n')
    print(f"{name}: {len(evidence):,} bytes of evidence, {len(calls)} answers", file=sys.stderr)


def _recorded(
    evidence: bytes, trust: bytes, ask: Callable[[bytes], Any]
) -> tuple[Report, list[Call]]:
    """Verify through a node that passes every question on and keeps the answer."""
    calls: dict[str, Call] = {}

    def respond(_path: str, body: bytes) -> tuple[int, bytes]:
        request = json.loads(body)
        result = _plain(ask(body))
        call: Call = {"method": request["method"], "params": request["params"], "result": result}
        calls[json.dumps([call["method"], call["params"]])] = call
        reply = {"jsonrpc": "2.0", "id": request["id"], "result": result}
        return 200, json.dumps(reply).encode()

    with serving(respond) as url:
        report = verify_evidence(evidence, trust=parse_trust(trust), rpc=[url])
    return report, list(calls.values())


def _forward(url: str, body: bytes) -> Any:
    answer = httpx.post(url, content=body, headers={"Content-Type": "application/json"}, timeout=20)
    return answer.raise_for_status().json()["result"]


def _plain(result: Any) -> Any:
    """Keep of a block only what the verifier reads: the rest is a hundred times as long."""
    if isinstance(result, dict):
        return {name: result[name] for name in ("number", "hash", "timestamp")}
    return result


def _contract(title: str) -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=(420, 595), invariant=1)
    paper.drawString(48, 530, title)
    paper.drawString(48, 500, "Cada parte entrega lo suyo y recibe lo de la otra.")
    paper.showPage()
    paper.save()
    return out.getvalue()


def _page_added(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        content = generic.StreamObject(stream_data=b"BT /F1 12 Tf 40 500 Td (One page more) Tj ET")
        size = generic.ArrayObject(map(generic.NumberObject, (0, 0, 420, 595)))
        writer.insert_page(PageObject(contents=writer.add_object(content), media_box=size))

    return _update(pdf, change)


def _note_added(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        note = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
                generic.pdf_name("/Contents"): generic.pdf_string("La renta es 1 euro."),
                generic.pdf_name("/DA"): generic.pdf_string("/Helv 12 Tf"),
                generic.pdf_name("/Rect"): generic.ArrayObject(
                    map(generic.NumberObject, (40, 40, 200, 80))
                ),
            }
        )
        writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))

    return _update(pdf, change)


def _renamed(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/Lang"] = generic.pdf_string("fr")
        writer.update_root()

    return _update(pdf, change)


def _retitled(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.document_meta.title = "Permuta anulada"
        writer.document_meta.author = "Una notaría"
        writer.update_root()

    return _update(pdf, change)


def _described(pdf: bytes) -> bytes:
    words = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li '
        b'xml:lang="x-default">Permuta anulada</rdf:li></rdf:Alt></dc:title></rdf:Description>'
        b"</rdf:RDF></x:xmpmeta>"
    )

    def change(writer: IncrementalPdfFileWriter) -> None:
        entries = {
            generic.pdf_name("/Type"): generic.pdf_name("/Metadata"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/XML"),
        }
        stream = generic.StreamObject(entries, stream_data=words)
        writer.root["/Metadata"] = writer.add_object(stream)
        writer.update_root()
        # Otherwise pyHanko writes metadata of its own over it.
        writer._update_meta = lambda: None  # type: ignore[method-assign]

    return _update(pdf, change)


def _extended(pdf: bytes) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        entry = {generic.pdf_name("/OTHR"): generic.pdf_string("x")}
        writer.root["/Extensions"] = generic.DictionaryObject(entry)
        writer.update_root()

    return _update(pdf, change)


def _picture_added(first: generic.PdfObject, *more: int) -> Callable[[bytes], bytes]:
    """Put a party's picture over a page by a field whose rectangle seems to have no area."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        picture = form["/Fields"][0]["/AP"].raw_get("/N")
        append_signature_field(writer, SigFieldSpec("acta-picture"))
        field = form["/Fields"][-1].get_object()
        field["/Rect"] = generic.ArrayObject([first, *map(generic.NumberObject, more)])
        field["/F"] = generic.NumberObject(4)
        field["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): picture})

    return lambda pdf: _update(pdf, change)


def _validation_data(pdf: bytes) -> bytes:
    seal = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[2]
    out = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(out, bytes(seal.pkcs7_content), certs=[seal.signer_cert])
    assert out.getvalue().startswith(pdf)
    return out.getvalue()[len(pdf) :]


def _update(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Return the bytes that an incremental update appends."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    return out.getvalue()[len(pdf) :]


_UPDATES: dict[str, Callable[[bytes], bytes]] = {
    "page": _page_added,
    "note": _note_added,
    "catalog": _renamed,
    "validation-data": _validation_data,
    "title": _retitled,
    "metadata": _described,
    "extensions": _extended,
    "rectangle-null": _picture_added(generic.NullObject(), 200, 400, 500),
    "rectangle-text": _picture_added(generic.pdf_string("x"), 200, 400, 500),
    "rectangle-of-five": _picture_added(generic.NumberObject(40), 200, 400, 500, 0),
}

if __name__ == "__main__":
    sys.exit(main())
