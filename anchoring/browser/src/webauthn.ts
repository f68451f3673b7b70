import { type Bytes, concat, equal, sha256, toBase64, toNumber, utf8 } from "./bytes";
import { invalid } from "./errors";
import { isPoint, N, verifyHash } from "./p256";

export interface Assertion {
  rpIdHash: Bytes;
  x: Bytes;
  y: Bytes;
  r: Bytes;
  s: Bytes;
  authenticatorData: Bytes;
  clientDataJson: Bytes;
}

/** Hold a passkey's answer against the 32 bytes it must have signed: SPEC §5, rules 1 to 5 in order. */
export function checkAssertion(answer: Assertion, challenge: Bytes): void {
  const { authenticatorData: data, clientDataJson: client } = answer;
  const need = (holds: boolean, which: string): void => {
    if (!holds) throw invalid(`webauthn/${which}`, `expected a passkey's answer by SPEC §5, got ${which}`);
  };
  need(data.length >= 37, "short");
  need(equal(data.subarray(0, 32), answer.rpIdHash), "relying-party");
  need((data[32]! & 1) !== 0, "not-present");
  need((data[32]! & 4) !== 0, "not-verified");
  const before = utf8('{"type":"webauthn.get","challenge":"');
  const after = utf8('","origin":');
  const end = before.length + 43;
  need(
    equal(client.subarray(0, before.length), before) && equal(client.subarray(end, end + after.length), after),
    "client-data",
  );
  const spelled = toBase64(challenge).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  need(equal(client.subarray(before.length, end), utf8(spelled)), "challenge");
  need(isPoint(answer.x, answer.y), "key");
  const r = toNumber(answer.r);
  const s = toNumber(answer.s);
  need(0n < r && r < N, "r");
  need(0n < s && s < N, "s");
  need(s <= (N - 1n) / 2n, "high-s");
  const hash = sha256(concat(data, sha256(client)));
  need(verifyHash(hash, concat(answer.r, answer.s), answer.x, answer.y), "signature");
}
