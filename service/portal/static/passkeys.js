// Passkeys: making one, signing in with one, and answering the hash of what is signed.
"use strict";

(() => {
  const able = Boolean(window.PublicKeyCredential && window.isSecureContext);

  function toBase64(bytes) {
    const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
    return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function fromBase64(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  function named(list) {
    return (list || []).map((one) => ({ ...one, id: fromBase64(one.id) }));
  }

  // The forms that the server speaks are those of WebAuthn Level 3 §5.1, which not every browser
  // reads by itself yet.
  async function made(asked) {
    const credential = await navigator.credentials.create({ publicKey: {
      ...asked,
      challenge: fromBase64(asked.challenge),
      user: { ...asked.user, id: fromBase64(asked.user.id) },
      excludeCredentials: named(asked.excludeCredentials),
    } });
    return answer(credential, {
      attestationObject: toBase64(credential.response.attestationObject),
    });
  }

  async function given(asked) {
    const credential = await navigator.credentials.get({ publicKey: {
      ...asked,
      challenge: fromBase64(asked.challenge),
      allowCredentials: named(asked.allowCredentials),
    } });
    const held = credential.response.userHandle;
    return answer(credential, {
      authenticatorData: toBase64(credential.response.authenticatorData),
      signature: toBase64(credential.response.signature),
      userHandle: held ? toBase64(held) : null,
    });
  }

  function answer(credential, response) {
    return JSON.stringify({
      id: credential.id,
      rawId: toBase64(credential.rawId),
      type: credential.type,
      response: { ...response, clientDataJSON: toBase64(credential.response.clientDataJSON) },
    });
  }

  async function post(path, fields) {
    const sent = await fetch(path, {
      method: "POST", body: fields, credentials: "same-origin", redirect: "error",
    });
    let told = {};
    try {
      told = await sent.json();
    } catch {
      // A page instead of an answer: the session is over, or the server is.
    }
    if (!sent.ok) {
      throw Object.assign(new Error("refused"), { told });
    }
    return told;
  }

  function fieldsOf(root, more = {}) {
    const fields = new FormData();
    for (const [name, value] of Object.entries({ csrf: root.dataset.csrf, ...more })) {
      fields.append(name, value);
    }
    return fields;
  }

  // Runs one piece of work at a time, and says in words what went wrong.
  async function guarded(root, button, work) {
    const said = root.querySelector("[data-said]");
    const label = button.textContent;
    said.hidden = true;
    button.disabled = true;
    button.textContent = root.dataset.busy;
    try {
      await work();
    } catch (error) {
      button.disabled = false;
      button.textContent = label;
      const words = {
        NotAllowedError: said.dataset.refused,
        InvalidStateError: said.dataset.known,
      };
      said.textContent = error.told?.error || words[error.name] || said.dataset.failed;
      said.hidden = false;
      said.focus();
    }
  }

  async function register(root, name) {
    const asked = await post("/account/passkeys/options", fieldsOf(root));
    const credential = await made(asked);
    return post("/account/passkeys", fieldsOf(root, { answer: credential, name }));
  }

  const jobs = {
    async register(root) {
      const done = await register(root, root.querySelector("[name=name]").value);
      window.location.assign(done.next);
    },

    async "sign-in"(root) {
      const asked = await post("/sign-in/passkey/options", fieldsOf(root));
      const done = await post("/sign-in/passkey", fieldsOf(root, {
        answer: await given(asked), next: root.dataset.next,
      }));
      window.location.assign(done.next);
    },

    async sign(root) {
      const form = document.getElementById("sign-form");
      if (!form.reportValidity() || !form.dispatchEvent(new Event("prepare", { cancelable: true }))) {
        throw Object.assign(new Error("unfinished"), { told: { error: root.dataset.unfinished } });
      }
      const chosen = root.querySelector("[name=passkey]");
      // Kept, so that a second try after a refusal uses the one that was made already.
      root.dataset.passkey = root.dataset.passkey || (chosen && chosen.value)
        || (await register(root, "")).passkey;
      const fields = new FormData(form);
      fields.set("passkey", chosen ? chosen.value : root.dataset.passkey);
      const asked = await post(root.dataset.begin, fields);
      const done = await post(root.dataset.complete, fieldsOf(root, {
        answer: await given(asked),
      }));
      window.location.assign(done.next);
    },
  };

  for (const root of document.querySelectorAll("[data-passkey-job]")) {
    const button = root.querySelector("[data-passkey-go]");
    if (!able) {
      button.disabled = true;
      root.querySelector("[data-unable]").hidden = false;
    }
    root.hidden = false;
    button.addEventListener("click", () => {
      guarded(root, button, () => jobs[root.dataset.passkeyJob](root));
    });
  }
})();
