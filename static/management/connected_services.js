"use strict";

// Dialogs, and what a status region says while a request runs. All of it is read from data attributes.
(() => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      document.querySelector(opener.dataset.opens)?.showModal();
    }
    const emptier = event.target.closest("[data-empties]");
    if (emptier) {
      document.querySelector(emptier.dataset.empties)?.replaceChildren();
    }
    if (event.target.closest("[data-closes]") || event.target.matches("dialog.desk-dialog")) {
      event.target.closest("dialog")?.close();
    }
  });

  document.addEventListener("submit", (event) => {
    if (event.target.closest("dialog.desk-dialog")) {
      event.target.querySelectorAll("button").forEach((button) => button.setAttribute("disabled", ""));
    }
  });

  const region = (event) => document.querySelector(event.detail.elt?.dataset?.busy || "#none");

  document.addEventListener("htmx:beforeRequest", (event) => {
    const status = region(event);
    if (status) {
      status.setAttribute("aria-busy", "true");
      status.textContent = event.detail.elt.dataset.busyText;
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const status = region(event);
    if (status) {
      status.removeAttribute("aria-busy");
      if (event.detail.failed) {
        status.textContent = status.dataset.failedText;
      }
    }
  });
})();
