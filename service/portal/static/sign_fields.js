// Shows on the pages where the reader's own fields are; a tap leads to what fills each in.
"use strict";

(() => {
  const listed = document.getElementById("own-fields");
  if (!listed) {
    return;
  }
  for (const field of JSON.parse(listed.dataset.fields)) {
    const frame = document.querySelector(`.page-frame[data-page="${field.page}"]`);
    const answer = document.getElementById(field.target);
    if (!frame || !answer) {
      continue;
    }
    const mark = document.createElement("button");
    mark.type = "button";
    mark.className = "own-field";
    mark.style.left = `${field.left * 100}%`;
    mark.style.top = `${field.top * 100}%`;
    mark.style.width = `${field.width * 100}%`;
    mark.style.height = `${field.height * 100}%`;
    mark.setAttribute("aria-label", field.label);
    mark.addEventListener("click", () => {
      answer.scrollIntoView({ block: "center" });
      answer.focus();
    });
    const show = () => {
      const value = answer.type === "checkbox" ? (answer.checked ? "✓" : "") : answer.value;
      mark.textContent = field.kind === "signature" ? field.label : value;
    };
    answer.addEventListener("input", show);
    show();
    frame.append(mark);
  }
})();
