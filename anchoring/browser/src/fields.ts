import { type Bytes, fromHex } from "./bytes";
import { type Json, type JsonObject, parseCanonical } from "./canonical_json";
import { invalid, unknown } from "./errors";

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.(\d{3})Z$/;

/** Reads the members of one format; every breach is an INVALID with that format's code. */
export class Fields {
  constructor(readonly code: string) {}

  fail(reason: string): never {
    throw invalid(this.code, reason);
  }

  /** The object of a canonical JSON file, or of another version (CANNOT CHECK). */
  file(bytes: Bytes, kind: string, limit: number): JsonObject {
    const read = parseCanonical(bytes, limit);
    if (read === null) this.fail(`expected canonical JSON of ${kind}, got other bytes`);
    const value = this.object(read.value);
    const named = /^([a-z]+)\/([1-9][0-9]*)$/.exec(this.text(value["acta"]));
    if (named === null || named[1] !== kind) this.fail(`expected acta ${kind}/1`);
    if (named[2] !== "1") throw unknown(`expected ${kind}/1, got ${named[0]}`);
    return value;
  }

  object(value: Json | undefined): JsonObject {
    if (value === null || typeof value !== "object" || Array.isArray(value)) this.fail("expected an object");
    return value;
  }

  exact(value: Json | undefined, ...names: string[]): JsonObject {
    const object = this.object(value);
    const got = Object.keys(object).sort().join();
    if (got !== [...names].sort().join()) this.fail(`expected exactly ${names.join(", ")}, got ${got}`);
    return object;
  }

  array(value: Json | undefined, least = 0, most = Infinity): Json[] {
    if (!Array.isArray(value)) this.fail("expected an array");
    if (value.length < least || value.length > most) this.fail(`expected ${least} to ${most} items`);
    return value;
  }

  text(value: Json | undefined): string {
    if (typeof value !== "string") this.fail("expected a text");
    return value;
  }

  int(value: Json | undefined, least: number, most = Number.MAX_SAFE_INTEGER): number {
    if (typeof value !== "number" || value < least || value > most) this.fail(`expected a number from ${least}`);
    return value;
  }

  /** Bytes of an exact length; without `size` of 1 or more. */
  hex(value: Json | undefined, size?: number): Bytes {
    const bytes = fromHex(this.text(value));
    if (bytes === null || (size === undefined ? bytes.length === 0 : bytes.length !== size)) {
      this.fail(`expected lowercase hex of ${size ?? "some"} bytes`);
    }
    return bytes;
  }

  label(value: Json | undefined): string {
    const text = this.text(value);
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(text)) this.fail("expected a label");
    return text;
  }

  origin(value: Json | undefined): string {
    const text = this.text(value);
    if (!isOrigin(text)) this.fail("expected an origin");
    return text;
  }

  /** Milliseconds since 1970 of a time in its one spelling. */
  time(value: Json | undefined): number {
    const text = this.text(value);
    const found = Date.parse(text);
    if (!TIME.test(text) || Number.isNaN(found) || formatTime(found) !== text) this.fail("expected a time in UTC");
    return found;
  }
}

export function isOrigin(text: string): boolean {
  return /^[A-Za-z0-9._~:/@-]{1,255}$/.test(text);
}

export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
