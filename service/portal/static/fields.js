// Placing fields on the pages. The rows of the form say what there is: marks on the pages only
// show them, so whoever cannot drag types the same numbers.
"use strict";

(() => {
  const form = document.getElementById("fields-form");
  const rows = document.getElementById("field-rows");
  const template = document.getElementById("row-template");
  const palette = document.getElementById("palette");
  const whose = document.getElementById("palette-party");
  const status = document.getElementById("place-status");
  const sizes = JSON.parse(form.dataset.sizes);
  const most = Number(form.dataset.most);
  const smallest = 0.9;
  let armed = null;
  let moving = null;

  const cell = (row, name) => row.querySelector(`[name$="_${name}"]`);
  const number = (row, name) => Number(cell(row, name).value.replace(",", ".")) || 0;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));
  const write = (row, name, value) => {
    cell(row, name).value = String(Math.round(value * 100) / 100);
  };

  function all() {
    return [...rows.querySelectorAll("[data-field]")];
  }

  // Names, ids and labels hold the row's number.
  function renumber() {
    all().forEach((row, index) => {
      const from = row.dataset.field;
      const to = String(index + 1);
      row.dataset.field = to;
      for (const element of row.querySelectorAll("[id], [name], [for]")) {
        for (const attribute of ["id", "name", "for"]) {
          const value = element.getAttribute(attribute);
          if (value && value.startsWith(`field_${from}_`)) {
            element.setAttribute(attribute, value.replace(`field_${from}_`, `field_${to}_`));
          }
        }
      }
      const remove = row.querySelector(".remove");
      remove.value = `remove-${to}`;
      remove.textContent = remove.textContent.replace(/\d+/, to);
      const legend = row.querySelector("legend");
      legend.textContent = legend.textContent.replace(/\d+/, to);
    });
  }

  function addRow(kind, page, left, top) {
    if (all().length >= most) {
      return null;
    }
    const row = template.content.querySelector("[data-field]").cloneNode(true);
    rows.append(row);
    renumber();
    const [width, height] = sizes[kind];
    cell(row, "kind").value = kind;
    cell(row, "party").value = whose.value;
    cell(row, "page").value = String(page);
    write(row, "width", width);
    write(row, "height", height);
    write(row, "left", clamp(left, 0, 100 - width));
    write(row, "top", clamp(top, 0, 100 - height));
    return row;
  }

  function words(row) {
    const kind = cell(row, "kind");
    const label = cell(row, "label").value;
    return label || kind.options[kind.selectedIndex].text;
  }

  function draw() {
    for (const mark of form.querySelectorAll(".field-mark")) {
      mark.remove();
    }
    for (const row of all()) {
      const sheet = form.querySelector(`.sheet[data-page="${cell(row, "page").value}"]`);
      if (!sheet) {
        continue;
      }
      const mark = document.createElement("div");
      const party = cell(row, "party");
      mark.className = `field-mark party-${(Number(party.value) - 1) % 6}`;
      mark.dataset.for = row.dataset.field;
      mark.tabIndex = 0;
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-label", `${words(row)}, ${party.options[party.selectedIndex].text}`);
      const text = document.createElement("span");
      text.textContent = words(row);
      const corner = document.createElement("i");
      corner.className = "corner";
      mark.append(text, corner);
      sheet.append(mark);
      position(mark, row);
    }
  }

  function position(mark, row) {
    for (const side of ["left", "top", "width", "height"]) {
      mark.style[side] = `${number(row, side)}%`;
    }
  }

  const rowOf = (mark) => rows.querySelector(`[data-field="${mark.dataset.for}"]`);

  function shift(row, across, down, growing) {
    if (growing) {
      write(row, "width", clamp(number(row, "width") + across, smallest, 100 - number(row, "left")));
      write(row, "height", clamp(number(row, "height") + down, smallest, 100 - number(row, "top")));
    } else {
      write(row, "left", clamp(number(row, "left") + across, 0, 100 - number(row, "width")));
      write(row, "top", clamp(number(row, "top") + down, 0, 100 - number(row, "height")));
    }
  }

  function arm(kind) {
    armed = armed === kind ? null : kind;
    for (const button of palette.querySelectorAll("[data-kind]")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === armed));
    }
    form.classList.toggle("armed", armed !== null);
  }

  function remove(row) {
    row.remove();
    renumber();
    draw();
  }

  palette.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kind]");
    if (button) {
      arm(button.dataset.kind);
    }
  });

  for (const sheet of form.querySelectorAll(".sheet")) {
    sheet.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button !== 0) {
        return;
      }
      const box = sheet.getBoundingClientRect();
      const at = {
        x: (100 * (event.clientX - box.left)) / box.width,
        y: (100 * (event.clientY - box.top)) / box.height,
      };
      let mark = event.target.closest(".field-mark");
      if (!mark && armed) {
        const row = addRow(armed, sheet.dataset.page, at.x, at.y - sizes[armed][1] / 2);
        arm(armed);
        if (!row) {
          return;
        }
        draw();
        mark = form.querySelector(`.field-mark[data-for="${row.dataset.field}"]`);
        status.textContent = mark.getAttribute("aria-label");
      }
      if (!mark) {
        return;
      }
      event.preventDefault();
      mark.focus();
      mark.setPointerCapture(event.pointerId);
      moving = { mark, box, at, row: rowOf(mark), growing: event.target.className === "corner" };
    });
    sheet.addEventListener("pointermove", (event) => {
      if (!moving || moving.mark.parentElement !== sheet) {
        return;
      }
      const { box, at, row, mark, growing } = moving;
      const x = (100 * (event.clientX - box.left)) / box.width;
      const y = (100 * (event.clientY - box.top)) / box.height;
      shift(row, x - at.x, y - at.y, growing);
      moving.at = { x, y };
      position(mark, row);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      sheet.addEventListener(end, () => {
        moving = null;
      });
    }
    sheet.addEventListener("keydown", (event) => {
      const mark = event.target.closest(".field-mark");
      const step = event.altKey ? 0.1 : 1;
      const moves = {
        ArrowLeft: [-step, 0],
        ArrowRight: [step, 0],
        ArrowUp: [0, -step],
        ArrowDown: [0, step],
      };
      if (!mark) {
        return;
      }
      if (event.key === "Delete" || event.key === "Backspace") {
        event.preventDefault();
        remove(rowOf(mark));
      } else if (moves[event.key]) {
        event.preventDefault();
        shift(rowOf(mark), ...moves[event.key], event.shiftKey);
        position(mark, rowOf(mark));
      }
    });
  }

  rows.addEventListener("input", draw);
  rows.addEventListener("change", (event) => {
    if (event.target.name.endsWith("_kind")) {
      const row = event.target.closest("[data-field]");
      const [width, height] = sizes[event.target.value];
      write(row, "width", Math.min(width, 100 - number(row, "left")));
      write(row, "height", Math.min(height, 100 - number(row, "top")));
      draw();
    }
  });
  rows.addEventListener("click", (event) => {
    const button = event.target.closest(".remove");
    if (button) {
      event.preventDefault();
      remove(button.closest("[data-field]"));
    }
  });
  document.getElementById("add-field").addEventListener("click", (event) => {
    event.preventDefault();
    const row = addRow("text", 1, 10, 10);
    if (row) {
      draw();
      cell(row, "kind").focus();
    }
  });

  palette.hidden = false;
  draw();
})();
