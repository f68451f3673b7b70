// What every page gains from scripts: local times, and forms that are sent only once.
"use strict";

(() => {
  const lang = document.documentElement.lang;
  const words = new Intl.DateTimeFormat(lang === "es" ? "es-ES" : "en-GB", {
    dateStyle: "long",
    timeStyle: "short",
  });

  function showLocalTimes(root) {
    for (const time of root.querySelectorAll("time[data-local]")) {
      const moment = new Date(time.dateTime);
      if (!Number.isNaN(moment.getTime())) {
        time.title = time.textContent;
        time.textContent = words.format(moment);
        time.removeAttribute("data-local");
      }
    }
  }

  showLocalTimes(document);
  document.addEventListener("htmx:load", (event) => showLocalTimes(event.target));

  // A second press would sign or send again; the server would bear it, people are spared the wait.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // What is answered by a file leaves the page standing, to be used again.
    if (event.defaultPrevented || form.method !== "post" || "download" in form.dataset) {
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button) {
      button.setAttribute("aria-disabled", "true");
      if (form.dataset.busy && !button.name) {
        button.dataset.idle = button.textContent;
        button.textContent = form.dataset.busy;
      }
    }
  });

  // Coming back with the browser's button finds the forms usable again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) {
        button.removeAttribute("aria-disabled");
        if (button.dataset.idle) {
          button.textContent = button.dataset.idle;
        }
      }
    }
  });

  const errors = document.getElementById("errors") || document.getElementById("verdict");
  if (errors) {
    errors.focus();
  }
})();
