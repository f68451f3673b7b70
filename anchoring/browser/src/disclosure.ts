import { type Bytes, sha256 } from "./bytes";
import { type Json, parseCanonical } from "./canonical_json";
import { Fields } from "./fields";
import { isClaim } from "./statement";

const read = new Fields("anchoring/malformed-disclosure");

/** A disclosure (SPEC §4): one hidden value with its salt. */
export function parseDisclosure(bytes: Bytes): { digest: Bytes; claim: string; value: Json } {
  const found = parseCanonical(bytes, 16 * 1024) ?? read.fail("expected canonical JSON");
  const [salt, claim, value] = read.array(found.value, 3, 3);
  read.hex(salt, 16);
  const name = read.text(claim);
  if (!isClaim(name)) read.fail(`expected a claim's name, got ${name}`);
  return { digest: sha256(bytes), claim: name, value: value! };
}
