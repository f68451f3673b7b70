// Enlarging pages in place, the preview of a written signature, and the pad for a drawn one.
"use strict";

(() => {
  for (const link of document.querySelectorAll(".enlarge")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const frame = link.closest("figure").querySelector(".page-frame");
      const enlarged = frame.classList.toggle("enlarged");
      link.setAttribute("aria-expanded", String(enlarged));
      frame.tabIndex = enlarged ? 0 : -1;
      frame.scrollTo(0, 0);
      if (enlarged) {
        frame.querySelector("img").sizes = "1600px";
        frame.scrollIntoView({ block: "nearest" });
      }
    });
  }

  const form = document.getElementById("sign-form");
  const style = document.getElementById("style");
  const typed = document.getElementById("typed");
  const drawn = document.getElementById("drawn");
  const name = document.getElementById("typed_name");
  const preview = document.getElementById("preview");
  const pad = document.getElementById("pad");
  const file = document.getElementById("pad-file");
  const bad = document.getElementById("pad-file-bad");
  const empty = document.getElementById("pad-empty");
  const context = pad.getContext("2d");

  // Strokes are kept in CSS pixels of the pad, so that turning the phone draws them anew.
  let strokes = [];
  // A photograph of a signature, its paper taken away: a canvas with nothing but ink.
  let photograph = null;
  let current = null;
  let pointer = null;

  function isDrawn() {
    return form.elements.style.value === "drawn";
  }

  function inkPath(target, stroke) {
    const [first, ...rest] = stroke;
    target.beginPath();
    target.moveTo(first.x, first.y);
    if (rest.length === 0) {
      target.lineTo(first.x + 0.1, first.y);
    }
    rest.forEach((point, index) => {
      const next = rest[index + 1] || point;
      target.quadraticCurveTo(point.x, point.y, (point.x + next.x) / 2, (point.y + next.y) / 2);
    });
    target.stroke();
  }

  function pen(target, scale) {
    target.setTransform(scale, 0, 0, scale, 0, 0);
    target.lineWidth = 2.6;
    target.lineCap = "round";
    target.lineJoin = "round";
    target.strokeStyle = "#14306b";
  }

  function redraw() {
    const scale = Math.min(window.devicePixelRatio || 1, 3);
    pad.width = Math.round(pad.clientWidth * scale);
    pad.height = Math.round(pad.clientHeight * scale);
    pen(context, scale);
    if (photograph) {
      const fit = Math.min(pad.clientWidth / photograph.width, pad.clientHeight / photograph.height);
      context.drawImage(photograph, 0, 0, photograph.width * fit, photograph.height * fit);
    }
    strokes.forEach((stroke) => inkPath(context, stroke));
  }

  function place(event) {
    const box = pad.getBoundingClientRect();
    const x = event.clientX - box.left - pad.clientLeft;
    return { x, y: event.clientY - box.top - pad.clientTop };
  }

  pad.addEventListener("pointerdown", (event) => {
    if (pointer !== null || (event.pointerType === "mouse" && event.button !== 0)) {
      return;
    }
    event.preventDefault();
    pointer = event.pointerId;
    pad.setPointerCapture(pointer);
    photograph = null;
    current = [place(event)];
    strokes.push(current);
    empty.hidden = true;
    redraw();
  });

  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) {
      return;
    }
    // A fast hand moves several times between two frames.
    const moves = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
    for (const move of moves.length > 0 ? moves : [event]) {
      current.push(place(move));
    }
    redraw();
  });

  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    pad.addEventListener(end, (event) => {
      if (event.pointerId === pointer) {
        pointer = null;
        current = null;
      }
    });
  }

  document.getElementById("clear-pad").addEventListener("click", () => {
    strokes = [];
    photograph = null;
    file.value = "";
    redraw();
  });

  async function ink(chosen) {
    const picture = await createImageBitmap(chosen);
    const scale = Math.min(1, 1200 / picture.width, 500 / picture.height);
    const sheet = document.createElement("canvas");
    sheet.width = Math.max(1, Math.round(picture.width * scale));
    sheet.height = Math.max(1, Math.round(picture.height * scale));
    const target = sheet.getContext("2d");
    target.drawImage(picture, 0, 0, sheet.width, sheet.height);
    const pixels = target.getImageData(0, 0, sheet.width, sheet.height);
    const data = pixels.data;
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) {
      const light = 0.3 * data[at] + 0.59 * data[at + 1] + 0.11 * data[at + 2];
      const strength = Math.min(1, Math.max(0, (190 - light) / 90)) * (data[at + 3] / 255);
      dark += strength > 0.5 ? 1 : 0;
      data[at] = 20;
      data[at + 1] = 48;
      data[at + 2] = 107;
      data[at + 3] = Math.round(255 * strength);
    }
    if (dark < 20) {
      throw new Error("expected ink on paper");
    }
    target.putImageData(pixels, 0, 0);
    return sheet;
  }

  file.addEventListener("change", async () => {
    bad.hidden = true;
    if (!file.files[0]) {
      return;
    }
    try {
      photograph = await ink(file.files[0]);
      strokes = [];
      empty.hidden = true;
    } catch {
      photograph = null;
      bad.hidden = false;
    }
    redraw();
  });

  function picture() {
    if (photograph) {
      return photograph.toDataURL("image/png");
    }
    const points = strokes.flat();
    const left = Math.min(...points.map((point) => point.x)) - 6;
    const top = Math.min(...points.map((point) => point.y)) - 6;
    const width = Math.max(...points.map((point) => point.x)) + 6 - left;
    const height = Math.max(...points.map((point) => point.y)) + 6 - top;
    const scale = Math.min(3, 1200 / width, 500 / height);
    const sheet = document.createElement("canvas");
    sheet.width = Math.ceil(width * scale);
    sheet.height = Math.ceil(height * scale);
    const target = sheet.getContext("2d");
    pen(target, scale);
    target.translate(-left, -top);
    strokes.forEach((stroke) => inkPath(target, stroke));
    return sheet.toDataURL("image/png");
  }

  function showStyle() {
    drawn.hidden = !isDrawn();
    typed.hidden = isDrawn();
    name.required = !isDrawn();
    if (isDrawn()) {
      redraw();
    }
  }

  // Before the listener that marks the form as sent, so that a refusal here does not count;
  // "prepare" comes before a passkey signs, with the same right to refuse.
  const ready = (event) => {
    if (!isDrawn()) {
      form.elements.drawn.value = "";
      return;
    }
    if (strokes.length === 0 && !photograph) {
      event.preventDefault();
      empty.hidden = false;
      pad.scrollIntoView({ block: "center" });
      return;
    }
    form.elements.drawn.value = picture();
  };
  form.addEventListener("submit", ready);
  form.addEventListener("prepare", ready);

  name.addEventListener("input", () => {
    preview.textContent = name.value;
  });
  style.addEventListener("change", showStyle);
  new ResizeObserver(() => isDrawn() && redraw()).observe(pad);

  style.hidden = false;
  showStyle();
})();
