/* Small things for every page of the management interface. */
(() => {
  "use strict";

  /* Unfold has toggles that only a mouse reaches: make them buttons for the keyboard and for screen readers too. */
  function makeButton(element) {
    if (element.matches("button, a[href], input, select, label, [tabindex]") || element.closest("button")) return;
    if (element.querySelector("a[href], button, input, select")) return;
    element.tabIndex = 0;
    element.setAttribute("role", "button");
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      element.click();
    });
  }

  /* The symbol of the chosen icon, beside a select that brings its symbols along. */
  function showSymbol(select) {
    const symbols = JSON.parse(select.dataset.symbols);
    const preview = document.createElement("span");
    preview.className = "material-symbols-outlined symbol-preview";
    preview.setAttribute("aria-hidden", "true");
    const show = () => (preview.textContent = symbols[select.value] ?? "");
    select.addEventListener("change", show);
    select.after(preview);
    show();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("content")?.setAttribute("role", "main");
    document.querySelectorAll("[x-on\\:click]").forEach(makeButton);
    document.querySelectorAll("select[data-symbols]").forEach(showSymbol);
    document.querySelectorAll('[role="button"][x-on\\:click="sidebarToggle()"]').forEach((toggle) => {
      toggle.setAttribute("aria-label", document.documentElement.dataset.menuLabel ?? "Menu");
    });
  });
})();
