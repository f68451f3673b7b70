import type { Bytes } from "./bytes";
import { Fields } from "./fields";

const read = new Fields("anchoring/malformed-locator");

export interface Locator {
  origin: string;
  logId: Bytes;
  chainId: number;
  contract: Bytes;
  docSalt: Bytes;
  supersedes: Bytes | null;
}

/** A locator (SPEC §9) of the bytes of its stream. */
export function parseLocator(bytes: Bytes): Locator {
  const value = read.file(bytes, "locator", 1024);
  read.exact(value, "acta", "origin", "logId", "chainId", "contract", "docSalt", "supersedes");
  return {
    origin: read.origin(value["origin"]),
    logId: read.hex(value["logId"], 32),
    chainId: read.int(value["chainId"], 1),
    contract: read.hex(value["contract"], 20),
    docSalt: read.hex(value["docSalt"], 32),
    supersedes: value["supersedes"] === null ? null : read.hex(value["supersedes"], 32),
  };
}
