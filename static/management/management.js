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
    (select.closest(".relative") ?? select).after(preview);
    show();
  }

  /* Symbols are words in a font of pictures: not read out where something else names the button or link. */
  function silence(symbol) {
    const place = symbol.closest("a, button, summary, [role='button']");
    if (!place || symbol.hasAttribute("aria-hidden")) return;
    const words = place.cloneNode(true);
    words.querySelectorAll(".material-symbols-outlined").forEach((one) => one.remove());
    if (place.title || place.getAttribute("aria-label") || words.textContent.trim()) symbol.setAttribute("aria-hidden", "true");
  }

  /* Fields in a table of rows are named by the head of their column. */
  function nameFields(row) {
    for (const cell of row.querySelectorAll("td[class*='field-']")) {
      const column = [...cell.classList].find((name) => name.startsWith("field-")).replace("field-", "column-");
      const head = cell.closest("table").querySelector(`th.${CSS.escape(column)} span span`);
      for (const field of cell.querySelectorAll("input, select, textarea")) {
        if (head && !field.labels?.length && !field.ariaLabel) field.ariaLabel = head.firstChild.textContent.trim();
      }
    }
  }

  /* The column of the boxes that delete a row has no head. */
  function withoutHead(head) {
    if (head.textContent.trim()) return;
    const cell = document.createElement("td");
    cell.className = head.className;
    head.replaceWith(cell);
  }

  /* Unfold folds the sidebar away on screens of up to 1280 px; on one of exactly that width it has room. */
  document.addEventListener("alpine:init", () => {
    const unfolds = window.theme;
    window.theme = (...settings) => {
      const state = unfolds(...settings);
      const isOpen = () => window.innerWidth >= 1280 && localStorage.getItem("sidebarOpen") !== "0";
      state.sidebarOpen = isOpen;
      state.themeBindings["x-resize.window"] = function () {
        this.sidebarOpen = isOpen();
      };
      return state;
    };
  });

  /* Browsers give up on autofocus where the page is not laid out yet. */
  window.addEventListener("load", () => {
    if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
  });

  document.addEventListener("formset:added", (event) => nameFields(event.target));
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("main")?.setAttribute("role", "main");
    document.getElementById("tabs-items")?.setAttribute("aria-label", document.title.split("|")[0].trim());
    document.querySelectorAll(".material-symbols-outlined").forEach(silence);
    document.querySelectorAll(".tabular tbody, [data-inline-formset] tbody").forEach(nameFields);
    document.querySelectorAll(".tabular thead th, [data-inline-formset] thead th").forEach(withoutHead);
    document.querySelectorAll("[x-on\\:click]").forEach(makeButton);
    document.querySelectorAll("select[data-symbols]").forEach(showSymbol);
    document.querySelectorAll('[role="button"][x-on\\:click="sidebarToggle()"]').forEach((toggle) => {
      toggle.setAttribute("aria-label", document.querySelector("[data-menu-label]")?.dataset.menuLabel ?? "Menu");
    });
  });
})();
