import { type Bytes, fromBase64, fromUtf8, utf8 } from "./bytes";
import { invalid, unknown } from "./errors";

export interface LogProof {
  index: number;
  path: Bytes[];
  extra: Bytes;
  checkpoint: Bytes;
}

function bad(reason: string): never {
  throw invalid("anchoring/malformed-proof", reason);
}

/** A tlog-proof (SPEC §7) of its bytes; the checkpoint is still closed. */
export function parseLogProof(bytes: Bytes): LogProof {
  const text = bytes.length <= 168 * 1024 ? fromUtf8(bytes) : null;
  if (text === null) bad("expected UTF-8");
  const cut = text.indexOf("\n\n");
  const [header, ...lines] = (cut < 0 ? text : text.slice(0, cut)).split("\n");
  const version = /^c2sp\.org\/tlog-proof@v([1-9][0-9]*)$/.exec(header!);
  if (version === null) bad("expected a tlog-proof's first line");
  if (version[1] !== "1") throw unknown(`expected tlog-proof@v1, got ${header}`);
  if (cut < 0 || cut + 2 === text.length) bad("expected an empty line and a checkpoint");
  let extra: Bytes = new Uint8Array();
  if (lines[0]?.startsWith("extra ")) {
    extra = fromBase64(lines.shift()!.slice(6)) ?? bad("expected base64 after extra");
    if (extra.length === 0 || extra.length > 16 * 1024) bad("expected 1 byte to 16 KiB of extra data");
  }
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? "");
  if (index === null || !Number.isSafeInteger(Number(index[1]))) bad("expected an index");
  if (lines.length > 63) bad("expected at most 63 hashes");
  const path = lines.map((line) => {
    const hash = fromBase64(line);
    return hash?.length === 32 ? hash : bad("expected base64 of 32 bytes");
  });
  return { index: Number(index[1]), path, extra, checkpoint: utf8(text.slice(cut + 2)) };
}
