// Recovery keys: made here, shown here, printed from here. Only the public half is ever sent.
"use strict";

(() => {
  const page = document.getElementById("key-maker");
  if (!page) {
    return;
  }
  const NAME = new TextEncoder().encode("acta/recovery-key/v1");
  const sheet = document.getElementById("key-sheet");
  const secretBox = document.getElementById("key-secret");
  const typed = document.getElementById("key-typed");
  const save = document.getElementById("key-save");
  const said = document.getElementById("key-said");
  const form = document.getElementById("key-form");
  let shown = "";

  function say(name) {
    said.textContent = name ? said.dataset[name] : "";
    said.hidden = !name;
  }

  function groups(secret) {
    const body = secret.slice("AGE-SECRET-KEY-1".length);
    return ["AGE-SECRET-KEY-1", ...body.match(/.{1,4}/g)].join(" ");
  }

  function show(secret, isNew) {
    shown = secret;
    secretBox.textContent = groups(secret);
    ActaAge.generate(secret).toCanvas(document.getElementById("key-qr"), { padX: 4, padY: 4 });
    sheet.hidden = false;
    form.hidden = !isNew;
    typed.value = "";
    save.disabled = true;
    sheet.scrollIntoView();
    sheet.focus();
  }

  async function fill(secret, kind, credential) {
    form.elements.recipient.value = await ActaAge.identityToRecipient(secret);
    form.elements.kind.value = kind;
    form.elements.credential.value = credential;
  }

  async function fromPrf(output) {
    const key = await crypto.subtle.importKey("raw", output, "HKDF", false, ["deriveBits"]);
    const bits = await crypto.subtle.deriveBits(
      { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: NAME }, key, 256);
    return ActaAge.bech32.encodeFromBytes("AGE-SECRET-KEY-", new Uint8Array(bits)).toUpperCase();
  }

  function toBase64(bytes) {
    const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
    return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function fromBase64(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  async function ask(credentialId) {
    const answer = await navigator.credentials.get({ publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      allowCredentials: [{ type: "public-key", id: credentialId }],
      userVerification: "required",
      extensions: { prf: { eval: { first: NAME } } },
    } });
    return answer.getClientExtensionResults().prf?.results?.first;
  }

  async function make() {
    const made = await navigator.credentials.create({ publicKey: {
      rp: { name: page.dataset.rp },
      user: {
        id: crypto.getRandomValues(new Uint8Array(32)),
        name: page.dataset.email,
        displayName: page.dataset.user,
      },
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      extensions: { prf: { eval: { first: NAME } } },
    } });
    const prf = made.getClientExtensionResults().prf;
    const output = prf?.results?.first ?? (prf?.enabled ? await ask(made.rawId) : undefined);
    return { id: made.rawId, output };
  }

  async function guarded(work) {
    say("");
    try {
      await work();
    } catch (error) {
      say(error.name === "NotAllowedError" ? "refused" : "failed");
    }
  }

  document.getElementById("make-printed").addEventListener("click", () => guarded(async () => {
    const secret = await ActaAge.generateX25519Identity();
    await fill(secret, "printed", "");
    show(secret, true);
  }));

  document.getElementById("make-passkey").addEventListener("click", () => guarded(async () => {
    const { id, output } = await make();
    if (!output) {
      say("unsupported");
      return;
    }
    const secret = await fromPrf(output);
    await fill(secret, "passkey", toBase64(id));
    show(secret, true);
  }));

  for (const button of document.querySelectorAll("[data-show-key]")) {
    button.hidden = false;
    button.addEventListener("click", () => guarded(async () => {
      const output = await ask(fromBase64(button.dataset.showKey));
      const secret = output && await fromPrf(output);
      if (!secret || await ActaAge.identityToRecipient(secret) !== button.dataset.recipient) {
        say("unsupported");
        return;
      }
      show(secret, false);
    }));
  }

  // Whoever can copy the end of it has it in front of them: on paper, not on this screen alone.
  typed.addEventListener("input", () => {
    const given = typed.value.replace(/\s/g, "").toUpperCase();
    save.disabled = !shown || given !== shown.slice(-6);
  });

  document.getElementById("key-print").addEventListener("click", () => window.print());

  form.addEventListener("submit", (event) => {
    if (save.disabled) {
      event.preventDefault();
    }
  });

  page.hidden = false;
  if (!window.PublicKeyCredential || !window.isSecureContext) {
    document.getElementById("make-passkey").disabled = true;
    say("unsupported");
  }
})();
