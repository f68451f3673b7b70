import { type Bytes, equal, sha256 } from "./bytes";
import { invalid, unknown } from "./errors";
import { Fields } from "./fields";
import type { JsonObject } from "./canonical_json";
import { attestationHash, webauthnAttestationHash } from "./hashing";
import { type Assertion, checkAssertion } from "./webauthn";

const read = new Fields("anchoring/malformed-attestation");
const MOST = 8192;
const CLAIM = ["acta", "method", "claimedBy", "challenge", "confirmedAt"];

export type Attestation =
  | { method: "code"; hash: Bytes; challenge: Bytes; channel: string; confirmedAt: number; sentAt: number | null }
  | { method: "face"; hash: Bytes; challenge: Bytes; identity: Bytes; confirmedAt: number; sentAt: number }
  | { method: "webauthn"; hash: Bytes; assertion: Assertion };

/** An attestation (SPEC §5) of its bytes. */
export function parseAttestation(bytes: Bytes): Attestation {
  const value = read.file(bytes, "attestation", 64 * 1024);
  const method = read.label(value["method"]);
  if (method === "code") {
    const bound = "sentAt" in value;
    read.exact(value, ...CLAIM, "channel", ...(bound ? ["sentAt"] : []));
    return {
      method,
      ...claim(value, method, bytes),
      channel: read.label(value["channel"]),
      sentAt: bound ? read.time(value["sentAt"]) : null,
    };
  }
  if (method === "face") {
    read.exact(value, ...CLAIM, "identity", "scores", "sentAt");
    const scores = value["scores"];
    if (typeof scores !== "object" || scores === null || Array.isArray(scores)) read.fail("expected scores");
    return {
      method,
      ...claim(value, method, bytes),
      identity: read.hex(value["identity"], 32),
      sentAt: read.time(value["sentAt"]),
    };
  }
  if (method !== "webauthn") throw unknown(`expected method code, face or webauthn, got ${method}`);
  read.exact(value, "acta", "method", "rpIdHash", "x", "y", "r", "s", "authenticatorData", "clientDataJSON");
  const [rpIdHash, x, y, r, s] = ["rpIdHash", "x", "y", "r", "s"].map((name) => read.hex(value[name], 32)) as [
    Bytes, Bytes, Bytes, Bytes, Bytes,
  ];
  const authenticatorData = read.hex(value["authenticatorData"]);
  const clientDataJson = read.hex(value["clientDataJSON"]);
  if (Math.max(authenticatorData.length, clientDataJson.length) > MOST) read.fail(`expected at most ${MOST} bytes`);
  return {
    method,
    hash: webauthnAttestationHash([rpIdHash, x, y, r, s], authenticatorData, clientDataJson),
    assertion: { rpIdHash, x, y, r, s, authenticatorData, clientDataJson },
  };
}

/** What every claim of the operator's holds: the statement it is about, and when it came back. */
function claim(value: JsonObject, method: string, bytes: Bytes): { hash: Bytes; challenge: Bytes; confirmedAt: number } {
  if (value["claimedBy"] !== "operator") read.fail("expected claimedBy operator");
  return {
    hash: attestationHash(method, sha256(bytes)),
    challenge: read.hex(value["challenge"], 32),
    confirmedAt: read.time(value["confirmedAt"]),
  };
}

/** Refuse an attestation that is not of this statement. */
export function checkAttestation(attestation: Attestation, statementSha256: Bytes): void {
  if (attestation.method === "webauthn") checkAssertion(attestation.assertion, statementSha256);
  else if (!equal(attestation.challenge, statementSha256)) {
    throw invalid("webauthn/challenge", "expected the code's challenge to be the statement's hash");
  }
}
