// Opens a contract from custody with its reader's key: the envelope, then the document. Off line,
// unless the reader names a place to fetch the ciphertext from.
"use strict";

(() => {
  const LARGEST = 64 * 1024 * 1024;
  const AGE = "age-encryption.org/v1";
  const place = (name) => document.getElementById(name);

  class Said extends Error {}

  function startsWith(bytes, text) {
    return [...text].every((letter, at) => bytes[at] === letter.charCodeAt(0));
  }

  // The kit's own profile of zip: stored members, no extra fields, one after the other.
  function unzip(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const members = new Map();
    let at = 0;
    while (at + 30 <= bytes.length && view.getUint32(at, true) === 0x04034b50) {
      const method = view.getUint16(at + 8, true);
      const size = view.getUint32(at + 18, true);
      const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
      if (method !== 0 || start + size > bytes.length) {
        throw new Said("other");
      }
      const name = new TextDecoder().decode(
        bytes.subarray(at + 30, at + 30 + view.getUint16(at + 26, true)));
      members.set(name, bytes.subarray(start, start + size));
      at = start + size;
    }
    return members;
  }

  async function given(files) {
    const found = { sealed: [], kit: null };
    const take = (name, bytes) => {
      if (startsWith(bytes, AGE)) {
        found.sealed.push(bytes);
      } else if (name.endsWith("kit.json")) {
        found.kit = JSON.parse(new TextDecoder().decode(bytes));
      }
    };
    for (const file of files) {
      if (file.size > 2 * LARGEST) {
        throw new Said("other");
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (startsWith(bytes, "PK")) {
        unzip(bytes).forEach((content, name) => take(name, content));
      } else {
        take(file.name, bytes);
      }
    }
    return found;
  }

  function keyOf(typed) {
    const lines = typed.split("\n").filter((line) => !line.trim().startsWith("#"));
    const key = lines.join("").replace(/\s/g, "").toUpperCase();
    try {
      ActaAge.bech32.decodeToBytes(key.toLowerCase());
    } catch {
      throw new Said("no-key");
    }
    if (!key.startsWith("AGE-SECRET-KEY-1")) {
      throw new Said("no-key");
    }
    return key;
  }

  async function open(sealed, key) {
    const decrypter = new ActaAge.Decrypter();
    decrypter.addIdentity(key);
    return decrypter.decrypt(sealed);
  }

  async function openEnvelope(sealed, key) {
    for (const one of sealed) {
      let opened;
      try {
        opened = await open(one, key);
      } catch {
        continue;
      }
      const text = new TextDecoder().decode(opened).trim();
      if (text.startsWith("AGE-SECRET-KEY-1")) {
        return { key: text, envelope: one };
      }
    }
    throw new Said(sealed.length ? "not-for-key" : "no-envelope");
  }

  async function fetched(gateway, cid) {
    if (!gateway || !/^b[a-z2-7]{58,}$/.test(cid)) {
      throw new Said("no-document");
    }
    const address = gateway.includes("{cid}")
      ? gateway.replaceAll("{cid}", cid)
      : `${gateway.replace(/\/+$/, "")}/ipfs/${cid}`;
    try {
      const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
      if (!answer.ok) {
        throw new Said("not-fetched");
      }
      const bytes = new Uint8Array(await answer.arrayBuffer());
      if (bytes.length > LARGEST) {
        throw new Said("not-fetched");
      }
      return bytes;
    } catch {
      throw new Said("not-fetched");
    }
  }

  function hex(bytes) {
    return [...ActaAge.sha256(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");
  }

  async function recover() {
    const key = keyOf(place("key").value);
    const { sealed, kit } = await given(place("files").files);
    const envelope = await openEnvelope(sealed, key);
    const cid = kit ? kit.cid : place("cid").value.trim();
    const ciphertext = sealed.find((one) => one !== envelope.envelope)
      ?? await fetched(place("gateway").value.trim(), cid);
    if (kit && hex(ciphertext) !== kit.ciphertextSha256) {
      throw new Said("other");
    }
    let pdf;
    try {
      pdf = await open(ciphertext, envelope.key);
    } catch {
      throw new Said("other");
    }
    if (kit && hex(pdf) !== kit.plaintextSha256) {
      throw new Said("other");
    }
    return pdf;
  }

  place("open").addEventListener("submit", async (event) => {
    event.preventDefault();
    for (const name of ["said", "done"]) {
      place(name).hidden = true;
    }
    place("working").hidden = false;
    try {
      const pdf = await recover();
      const link = place("document");
      URL.revokeObjectURL(link.href);
      link.href = URL.createObjectURL(new Blob([pdf], { type: "application/pdf" }));
      place("done").hidden = false;
      link.focus();
    } catch (error) {
      const word = error instanceof Said ? error.message : "other";
      place("said").textContent = document.querySelector(`[data-said="${word}"]`).textContent;
      place("said").hidden = false;
    }
    place("working").hidden = true;
  });
})();
