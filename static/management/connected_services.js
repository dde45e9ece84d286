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

  // After the session has ended, the answer is the sign-in page, which must not land in the middle of this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.responseURL.includes("/login/")) {
      event.detail.shouldSwap = false;
      event.detail.isError = true;
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const status = region(event);
    if (status) {
      status.removeAttribute("aria-busy");
      const { xhr } = event.detail;
      if (event.detail.failed || xhr.responseURL.includes("/login/")) {
        status.textContent = xhr.status === 429 ? xhr.responseText : status.dataset.failedText;
      }
    }
  });
})();
