"""A whole sealed, logged and anchored agreement with real bytes, made by a ``Plan``.

By default every hook of the plan leaves its part as it is, and the result is VALID.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from anchoring.attestation import (
    build_code_attestation,
    build_face_attestation,
    build_webauthn_attestation,
)
from anchoring.checkpoint import Checkpoint, sign_checkpoint
from anchoring.cms_attributes import SealBinding, seal_attribute, statement_attribute
from anchoring.disclosure import disclose
from anchoring.evidence import EvidenceInput, StatementRecord, evidence_members, pack
from anchoring.evidence_lists import build_manifest
from anchoring.fields import format_time
from anchoring.hashing import (
    agreement_ref,
    content_commitment,
    document_entry,
    home,
    leaf_hash,
    parties_root,
    sha256,
    transcript,
)
from anchoring.locator import Locator
from anchoring.party_keys import root_of_parties
from anchoring.report import Report
from anchoring.statement import Actor, After, build_statement
from anchoring.tlog_proof import TlogProof
from anchoring.tree import EMPTY_ROOT, inclusion_path, root
from anchoring.trust import TrustFile
from anchoring.verify import verify_evidence
from tests.unit.anchoring_verify.authorities import Stamper, end_entity
from tests.unit.anchoring_verify.chain_proofs import prove
from tests.unit.anchoring_verify.local_node import ChainState, serving_rpc
from tests.unit.anchoring_verify.pdf_makers import prepare, sign, stamp
from tests.unit.anchoring_verify.plans import Draft, Plan, SignJob
from tests.unit.anchoring_verify.platforms import (
    ANCHOR_BLOCK,
    CHAIN_ID,
    CONSENT,
    CONTRACT,
    EARLIER_LEAVES,
    EARLY_BLOCK,
    FINAL_BLOCK,
    GENESIS_BLOCK,
    Platform,
    later,
    platform,
)

OWN_IDENTITY = "own"
"""In an extra statement's body: the leaf of its party's identification."""


@dataclass
class Sealed:
    """What came out: evidence members, trust, chain, and the values tests compare with."""

    platform: Platform
    members: dict[str, bytes]
    chain: ChainState
    trust: TrustFile
    leaves: list[bytes]
    all_leaves: list[bytes]
    document_leaf: bytes
    records: list[tuple[str, StatementRecord]]
    pdf: bytes
    anchor: dict[str, Any]

    def leaf_of(self, kind: str, party: int | None = None) -> bytes:
        """Return the leaf of the first statement of a type (and party)."""
        for name, record in self.records:
            if name == f"{kind}-{party}" or (party is None and name.startswith(f"{kind}-")):
                return record.opening().leaf
        raise KeyError(kind)

    def archive(self) -> bytes:
        """Return the container, its manifest made anew for whatever members are there."""
        listed = {name: data for name, data in self.members.items() if name != "manifest.json"}
        manifest = build_manifest(listed, created=format_time(later(700)))
        return pack({**listed, "manifest.json": manifest})

    def verify(self, **choices: Any) -> Report:
        """Verify with one truthful node."""
        with serving_rpc(self.chain) as url:
            arguments: dict[str, Any] = {"trust": self.trust, "rpc": [url], **choices}
            return verify_evidence(self.archive(), **arguments)


def make(plan: Plan | None = None) -> Sealed:
    """Make an agreement by ``plan``."""
    return _Making(plan or Plan()).run()


class _Making:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.platform = plan.platform
        self.salt = sha256(b"document salt")
        self.records: list[tuple[str, StatementRecord]] = []
        self.disclosures: dict[int, list[bytes]] = {}
        self.subject = b""
        self.counter = 0
        self.earlier = [leaf_hash(sha256(bytes([n]))) for n in range(EARLIER_LEAVES)]
        self.early_root = root(self.earlier[:2])

    def run(self) -> Sealed:
        plan, where = self.plan, self.platform
        locator = Locator(
            origin=where.origin,
            log_id=where.log_id,
            chain_id=CHAIN_ID,
            contract=CONTRACT,
            doc_salt=self.salt,
        )
        numbers = range(1, plan.parties + 1)
        fields = [f"acta-party-{n}" for n in numbers]
        pdf = prepare(locator.to_bytes(), plan.edit_prepared_fields([*fields, "acta-seal"]))
        pdf = plan.edit_pdf("prepared", pdf)
        prepared = sha256(pdf)
        self.subject = agreement_ref(doc_salt=self.salt, prepared_sha256=prepared)
        self._say_prepared(prepared, fields)
        for number in numbers:
            pdf = self._turn(number, pdf, prepared, fields)
        for extra in plan.extra_statements(self._draft("sent", 0, "sender", 300, {})):
            self._record(self._identified(extra))
        return self._seal(pdf)

    def _identified(self, draft: Draft) -> Draft:
        """Return a draft that asks for it with the leaf of the party's own identification."""
        if draft.body.get("identity") != OWN_IDENTITY:
            return draft
        kind = f"identified-{draft.party}"
        leaves = [record.opening().leaf for name, record in self.records if name == kind]
        leaf = leaves[-1] if leaves else bytes(32)
        return replace(draft, body={**draft.body, "identity": leaf.hex()})

    def _say_prepared(self, prepared: bytes, fields: list[str]) -> None:
        plan = self.plan
        parties = [
            {
                "party": n,
                "role": "signer",
                "order": plan.order_of(n),
                "field": name,
                "sd": {
                    "name": self._hide(n, "name", f"Person {n}"),
                    "email": self._hide(n, "email", f"p{n}@example.org"),
                },
            }
            for n, name in enumerate(fields, start=1)
        ]
        body = {
            "prepared": prepared.hex(),
            "pages": 1,
            "deadline": format_time(later(86400)),
            "sd": {"title": self._hide(1, "title", "A lease")},
            "parties": parties,
            "voidable": plan.voidable,
        }
        self._say(self._draft("prepared", 0, "platform", 0, body))
        self._say(self._draft("sent", 1, "sender", 5, {"invited": [2]}))

    def _turn(self, number: int, pdf: bytes, prepared: bytes, fields: list[str]) -> bytes:
        plan, where = self.plan, self.platform
        start = 30 + 60 * number
        revision, name = sha256(pdf), fields[number - 1]
        identified = self._draft(
            "identified",
            number,
            "signer",
            start,
            {
                "method": "email-code",
                "assurance": "mailbox",
                "sd": {"email": self._hide(number, "email", f"p{number}@example.org")},
            },
            confirmed=start - 3,
        )
        self._say(identified)
        identity = self.records[-1][1].opening().leaf
        self._say(
            self._draft(
                "opened",
                number,
                "signer",
                start + 5,
                {"revision": revision.hex(), "pages": 1, "renderer": "pdfium"},
            )
        )
        company = self._represented(number, start + 10) if plan.for_company else None
        consent = {"textSha256": CONSENT.hex(), "lang": "en"}
        self._say(self._draft("consented", number, "signer", start + 20, dict(consent)))
        at = later(start + 21)
        pair = end_entity(
            f"opaque {number}",
            where.signer_ca,
            start=at - timedelta(minutes=1),
            end=at + timedelta(minutes=10),
            policy=plan.policy,
        )
        body = {
            "prepared": prepared.hex(),
            "revision": revision.hex(),
            "field": name,
            "values": {},
            "fieldsOpen": [*fields[number:], "acta-seal"],
            "certificateKey": pair.spki_sha256.hex(),
            "identity": identity.hex(),
            "company": company,
            "consent": consent,
            "method": "code",
        }
        draft = self._draft("signed", number, "signer", start + 21, body, confirmed=start - 3)
        self._say(self._with_keys(draft, number))
        statement = sha256(self.records[-1][1].statement)
        job = plan.edit_signature(
            SignJob(
                field=name,
                pair=pair,
                issuer=where.signer_ca,
                attributes=[statement_attribute(statement)],
                stamper=Stamper(where.tsa, where.tsa_ca, later(start + 22)),
                at=at,
            )
        )
        return self._apply(pdf, job)

    def _represented(self, number: int, start: float) -> dict[str, str]:
        hidden = {
            "companyName": self._hide(number, "companyName", f"Company {number}, S.L."),
            "companyNumber": self._hide(number, "companyNumber", f"B{number:08}"),
        }
        body = {"power": "11" * 32, "method": "deed", "sd": hidden}
        self._say(self._draft("represented", number, "signer", start, body))
        return {"statement": self.records[-1][1].opening().leaf.hex()}

    def _seal(self, pdf: bytes) -> Sealed:
        plan, where = self.plan, self.platform
        start = EARLIER_LEAVES + (1 if plan.document_first else 0)
        self.records = [
            (kind, replace(record, index=start + position))
            for position, (kind, record) in enumerate(self.records)
        ]
        leaves = [record.opening().leaf for _, record in self.records]
        binding = plan.edit_binding(
            SealBinding(
                parties_root=self._parties_root(),
                transcript=transcript(leaves),
                statements=len(leaves),
                search_from=EARLIER_LEAVES if plan.document_first else start + len(leaves),
            )
        )
        job = plan.edit_signature(
            SignJob(
                field="acta-seal",
                pair=where.seal,
                issuer=where.seal_ca,
                attributes=[seal_attribute(binding)],
                stamper=Stamper(where.tsa, where.tsa_ca, later(400)),
                at=later(400),
            )
        )
        pdf = self._apply(pdf, job)
        content = content_commitment(doc_salt=self.salt, covered_sha256=sha256(pdf))
        if plan.stamped:
            pdf = stamp(
                pdf,
                stamper=Stamper(where.tsa, where.tsa_ca, later(401)),
                certificates=[where.signer_ca, where.seal_ca, where.tsa_ca, where.tsa],
            )
        pdf = plan.edit_pdf("stamped", pdf)
        entry = plan.edit_entry(
            document_entry(
                content=content,
                agreement_ref=self.subject,
                parties_root=binding.parties_root,
                transcript=binding.transcript,
                home=home(chain_id=CHAIN_ID, contract=CONTRACT, log_id=where.log_id),
            )
        )
        return self._log(pdf, leaves, leaf_hash(entry))

    def _log(self, pdf: bytes, leaves: list[bytes], document: bytes) -> Sealed:
        plan, where = self.plan, self.platform
        ordered = [document, *leaves] if plan.document_first else [*leaves, document]
        every = [*self.earlier, *ordered, leaf_hash(sha256(b"somebody else's"))]
        checkpoint = Checkpoint(where.origin, len(every), root(every))
        note = sign_checkpoint(checkpoint, key=where.log_key, name=where.origin)
        proofs = {
            ("document" if leaf == document else leaf.hex()): TlogProof(
                every.index(leaf), inclusion_path(every, every.index(leaf)), note
            ).to_text()
            for leaf in ordered
        }
        chain = self._chain(checkpoint)
        time = int(plan.anchor_time.timestamp())
        block_hash, proofs_of_state = prove(
            chain,
            log_id=where.log_id,
            root=checkpoint.root,
            leaf=document,
            others=[self.early_root],
            block=ANCHOR_BLOCK,
            time=time,
        )
        chain.blocks[ANCHOR_BLOCK] = (block_hash, time)
        anchor: dict[str, Any] = {
            "chainId": CHAIN_ID,
            "contract": CONTRACT.hex(),
            "logId": where.log_id.hex(),
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "transaction": sha256(b"transaction").hex(),
            "block": {"number": ANCHOR_BLOCK, "hash": block_hash.hex(), "time": time},
            **proofs_of_state,
        }
        parties = [
            {
                "party": n,
                "role": "signer",
                "order": plan.order_of(n),
                "keys": [key.to_json() for key in plan.keys_of(n)],
            }
            for n in range(1, plan.parties + 1)
        ]
        members = evidence_members(
            EvidenceInput(
                pdf=pdf,
                statements=[record for _, record in self.records],
                proofs=proofs,
                anchor=anchor,
                disclosures=self.disclosures,
                parties=plan.edit_parties(parties),
                created=format_time(later(700)),
            )
        )
        return Sealed(
            platform=where,
            members=members,
            chain=chain,
            trust=where.trust(),
            leaves=leaves,
            all_leaves=every,
            document_leaf=document,
            records=self.records,
            pdf=pdf,
            anchor=anchor,
        )

    def _chain(self, checkpoint: Checkpoint) -> ChainState:
        anchored = int(self.plan.anchor_time.timestamp())
        early = int(later(-60).timestamp())
        chain = ChainState(
            chain_id=CHAIN_ID,
            contract=CONTRACT,
            blocks={
                0: (GENESIS_BLOCK, int(later(-86400).timestamp())),
                EARLY_BLOCK: (sha256(b"early block"), early),
                FINAL_BLOCK: (sha256(b"final block"), anchored + 60),
            },
            finalized=FINAL_BLOCK,
        )
        log = self.platform.log_id
        chain.set_anchor(log, root=self.early_root, size=2, time=early, block=EARLY_BLOCK)
        chain.set_anchor(
            log, root=checkpoint.root, size=checkpoint.size, time=anchored, block=ANCHOR_BLOCK
        )
        chain.set_log(log, count=2, size=checkpoint.size)
        return chain

    def _apply(self, pdf: bytes, job: SignJob) -> bytes:
        signed = sign(
            pdf,
            field=job.field,
            pair=job.pair,
            issuer=job.issuer,
            attributes=job.attributes,
            stamper=job.stamper,
            at=job.at,
            seal=job.field == "acta-seal",
        )
        return self.plan.edit_pdf(job.field, signed)

    def _parties_root(self) -> bytes:
        if not self.plan.voidable:
            return parties_root(())
        return root_of_parties([self.plan.keys_of(n) for n in range(1, self.plan.parties + 1)])

    def _with_keys(self, draft: Draft, number: int) -> Draft:
        """Return the signed statement of a party that has a passkey, and maybe more keys."""
        passkey, keys = self.plan.passkeys.get(number), self.plan.keys_of(number)
        if passkey is None:
            return draft
        body = {**draft.body, "method": "webauthn"}
        if len(keys) > 1:
            body["keys"] = [key.commit.hex() for key in keys]
        commit = passkey.party_key.commit
        return replace(draft, body=body, confirmed_at=None, passkey=passkey, key_commit=commit)

    def _hide(self, party: int, claim: str, value: str) -> str:
        self.counter += 1
        disclosure = disclose(claim, value, sha256(bytes([self.counter]))[:16])
        self.disclosures.setdefault(party, []).append(disclosure.raw)
        return disclosure.digest.hex()

    def _draft(
        self,
        kind: str,
        party: int,
        role: str,
        at: float,
        body: dict[str, Any],
        *,
        confirmed: float | None = None,
    ) -> Draft:
        first = kind == "prepared"
        return Draft(
            type=kind,
            party=party,
            role=role,
            at=later(at),
            body=body,
            after=After(0, EMPTY_ROOT) if first else After(2, self.early_root),
            origin=self.platform.origin,
            agreement=self.subject,
            subject=self.subject,
            confirmed_at=None if confirmed is None else later(confirmed),
        )

    def _say(self, draft: Draft) -> None:
        edited = self.plan.edit_statement(draft)
        if edited is not None:
            self._record(edited)

    def _record(self, draft: Draft) -> None:
        self.counter += 1
        raw = build_statement(
            type=draft.type,
            origin=draft.origin,
            log_id=self.platform.log_id,
            agreement=draft.agreement,
            nonce=sha256(bytes([self.counter]))[16:],
            at=format_time(draft.at),
            after=draft.after,
            actor=Actor(draft.party, draft.role, draft.key_commit),
            crit=draft.crit,
            body=draft.body,
        )
        attestation, method = None, None
        if draft.passkey is not None:
            method = "webauthn"
            attestation = build_webauthn_attestation(
                self.plan.edit_assertion(draft.passkey.sign(sha256(raw))),
                rp_id_hash=draft.passkey.rp_id_hash,
            )
        elif draft.face and draft.confirmed_at is not None and draft.sent_at is not None:
            method = "face"
            attestation = build_face_attestation(
                statement_sha256=sha256(raw),
                identity=sha256(b"an identification"),
                sent_at=format_time(draft.sent_at),
                confirmed_at=format_time(draft.confirmed_at),
                scores={"model": "dlib"},
            )
        elif draft.confirmed_at is not None:
            method = "code"
            attestation = build_code_attestation(
                channel=draft.channel,
                sent_at=None if draft.sent_at is None else format_time(draft.sent_at),
                statement_sha256=sha256(raw),
                confirmed_at=format_time(draft.confirmed_at),
            )
        record = StatementRecord(
            index=0,
            statement=raw,
            salt=sha256(b"salt" + bytes([self.counter])),
            subject=draft.subject,
            attestation=attestation,
            method=method,
        )
        self.records.append((f"{draft.type}-{draft.party}", record))


__all__ = ["Draft", "Plan", "Sealed", "SignJob", "make", "platform"]
