/** What stops a reader, in the two families of SPEC §1 that lead to two different verdicts. */
export type Family = "invalid" | "cannot-check";

/** `code` is stable and public; `family` says which verdict it leads to. */
export class Refused extends Error {
  constructor(
    readonly family: Family,
    readonly code: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** The bytes are wrong, and no newer reader would accept them. */
export function invalid(code: string, reason: string): Refused {
  return new Refused("invalid", code, reason);
}

/** Nothing wrong was seen, but this reader cannot say more. */
export function cannotCheck(code: string, reason: string): Refused {
  return new Refused("cannot-check", code, reason);
}

/** A version, critical member, method or algorithm that this reader does not know. */
export function unknown(reason: string): Refused {
  return cannotCheck("anchoring/unknown-version", reason);
}
