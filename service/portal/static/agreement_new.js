// Rows of parties come and go without a visit to the server, which would lose the chosen file.
"use strict";

(() => {
  const form = document.getElementById("draft");
  const rows = document.getElementById("party-rows");
  const add = document.getElementById("add-party");
  const pdf = document.getElementById("pdf");
  const most = Number(rows.dataset.most);

  form.elements.utc_offset.value = String(new Date().getTimezoneOffset());

  function parties() {
    return [...rows.querySelectorAll("[data-party]")];
  }

  // Names, ids and labels all end in the row's number.
  function renumber() {
    const all = parties();
    all.forEach((party, index) => {
      const from = party.dataset.party;
      const to = String(index + 1);
      party.dataset.party = to;
      for (const element of party.querySelectorAll("[id], [name], [for]")) {
        for (const attribute of ["id", "name", "for", "aria-describedby"]) {
          const value = element.getAttribute(attribute);
          if (value && value.startsWith(`party_${from}_`)) {
            element.setAttribute(attribute, value.replace(`party_${from}_`, `party_${to}_`));
          }
        }
      }
      const remove = party.querySelector(".remove");
      const legend = party.querySelector("legend");
      remove.value = `remove-${to}`;
      remove.textContent = remove.textContent.replace(/\d+/, to);
      legend.textContent = legend.textContent.replace(/\d+/, to);
      remove.hidden = all.length === 1;
    });
    add.hidden = all.length >= most;
  }

  function addRow() {
    const all = parties();
    const last = all[all.length - 1];
    const row = last.cloneNode(true);
    const orders = all.map((party) => Number(party.querySelector("[type=number]").value) || 0);
    for (const error of row.querySelectorAll(".field-error")) {
      error.remove();
    }
    for (const input of row.querySelectorAll("input")) {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      input.value = input.type === "number" ? String(Math.min(most, Math.max(...orders) + 1)) : "";
    }
    rows.append(row);
    // The clone still has the number of the row it was made from.
    row.dataset.party = last.dataset.party;
    renumber();
    row.querySelector("input").focus();
  }

  add.addEventListener("click", (event) => {
    event.preventDefault();
    addRow();
  });

  rows.addEventListener("click", (event) => {
    const remove = event.target.closest(".remove");
    if (!remove) {
      return;
    }
    event.preventDefault();
    remove.closest("[data-party]").remove();
    renumber();
    add.hidden ? rows.querySelector("input").focus() : add.focus();
  });

  pdf.addEventListener("change", () => {
    const file = pdf.files[0];
    const tooLarge = file && file.size > Number(pdf.dataset.largest);
    pdf.setCustomValidity(tooLarge ? pdf.dataset.tooLarge : "");
    if (tooLarge) {
      pdf.reportValidity();
    }
  });
})();
