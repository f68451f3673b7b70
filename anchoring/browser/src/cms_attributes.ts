import { type Bytes, toHex } from "./bytes";
import { type Der, encodeOid, readDer } from "./der";
import { Fields } from "./fields";

const STATEMENT = encodeOid("2.25.18036772883653437953808870461717383078");
const SEAL = encodeOid("2.25.62614063156347280272791265785615253325");
const read = new Fields("anchoring/malformed-attribute");

export interface SealBinding {
  parties: Bytes;
  transcript: Bytes;
  statements: number;
  searchFrom: number;
}

/** The one OCTET STRING of an attribute among `SET OF Attribute` bytes, or null without it. */
function octets(attributes: Bytes, oid: string): Bytes | null {
  const set = readDer(attributes) ?? [];
  const all = set.length === 1 && set[0]!.tag === 0x31 ? readDer(set[0]!.content) : null;
  if (all === null) return read.fail("expected a set of attributes");
  const named = all.map((one) => readDer(one.content)).filter((one) => one && toHex(one[0]!.content) === oid);
  if (named.length === 0) return null;
  const [, set1] = named[0] as [Der, Der | undefined];
  const values = set1 ? readDer(set1.content) : null;
  if (named.length !== 1 || values?.length !== 1 || values[0]!.tag !== 0x04) {
    return read.fail("expected one attribute with one octet string");
  }
  return values[0]!.content;
}

/** The hash of the statement that a signer's signature stands for (SPEC §8), or null. */
export function readStatementAttribute(attributes: Bytes): Bytes | null {
  const value = octets(attributes, STATEMENT);
  if (value !== null && value.length !== 32) read.fail("expected a statement's hash of 32 bytes");
  return value;
}

/** What the platform's seal commits to (SPEC §8), or null. */
export function readSealAttribute(attributes: Bytes): SealBinding | null {
  const bytes = octets(attributes, SEAL);
  if (bytes === null) return null;
  const value = read.file(bytes, "seal", 1024);
  read.exact(value, "acta", "parties", "transcript", "statements", "searchFrom");
  return {
    parties: read.hex(value["parties"], 32),
    transcript: read.hex(value["transcript"], 32),
    statements: read.int(value["statements"], 0),
    searchFrom: read.int(value["searchFrom"], 0),
  };
}
