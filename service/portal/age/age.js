// What the portal's pages and the recovery page need of other people's libraries, in one script.
export { Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
export { bech32 } from "@scure/base";
export { sha256 } from "@noble/hashes/sha2.js";
export { generate } from "lean-qr";
