/* The agents' lists: filters that apply themselves, ticking, and the keyboard. The pages work without it. */
(() => {
  "use strict";

  const SWITCH = "desk-shortcuts";
  const FILTER = "desk-ticket-filter";

  /* Filters apply when they are chosen; the address keeps only those that are. */
  function applyFilters(form) {
    form.classList.add("is-applied");
    form.addEventListener("formdata", (event) => {
      for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
    });
    form.addEventListener("change", (event) => {
      sessionStorage.setItem(FILTER, event.target.name);
      form.requestSubmit();
    });
    const name = sessionStorage.getItem(FILTER);
    sessionStorage.removeItem(FILTER);
    if (name) form.elements[name]?.focus();
  }

  /* Ticked tickets show what can be done with them. */
  function follow(list) {
    const actions = list.querySelector("[data-actions]");
    if (!actions) return;
    const said = actions.querySelector("[data-ticked]");
    const all = list.querySelector('input[name="all"]');
    const boxes = [...list.querySelectorAll('input[name="tickets"]')];
    const show = () => {
      const count = boxes.filter((box) => box.checked).length;
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && !all.checked;
      actions.hidden = count === 0;
      said.textContent = actions.dataset.actions.replace("0", count.toLocaleString(document.documentElement.lang));
    };
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      show();
    });
    list.addEventListener("change", (event) => event.target !== all && show());
    window.addEventListener("pageshow", show);
    show();
  }

  /* What will happen follows each choice; the choices themselves stay as they are. */
  function preview(form) {
    form.querySelector("[data-without-script]")?.remove();
    let asked = 0;
    form.addEventListener("change", async (event) => {
      if (event.target.matches("textarea")) return;
      const number = ++asked;
      const old = document.getElementById("bulk-preview");
      old.setAttribute("aria-busy", "true");
      old.querySelectorAll("button").forEach((button) => (button.disabled = true));
      const options = { method: "POST", body: new FormData(form), redirect: "error" };
      const answer = await fetch(form.getAttribute("action"), options).catch(() => null);
      if (number !== asked) return;
      if (!answer?.ok) return form.submit(); // the page itself says what is wrong
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.getElementById("bulk-preview");
      if (number !== asked) return;
      found ? old.replaceChildren(...found.children) : form.submit();
      old.removeAttribute("aria-busy");
    });
  }

  function isTyping(element) {
    if (element.isContentEditable || element.matches("textarea, select, [role=textbox]")) return true;
    return element.matches("input") && !element.matches("[type=checkbox], [type=radio]");
  }

  function areOn() {
    return localStorage.getItem(SWITCH) !== "off";
  }

  function links() {
    return [...document.querySelectorAll(".ticket-link")];
  }

  function current() {
    return document.activeElement?.closest(".ticket-row, .found-ticket");
  }

  function move(step) {
    const all = links();
    const at = all.indexOf(current()?.querySelector(".ticket-link"));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
    next?.focus({ focusVisible: true });
    next?.closest(".ticket-row, .found-ticket").scrollIntoView({ block: "nearest" });
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    x: () => current()?.querySelector('input[name="tickets"]')?.click(),
    "/": () => document.getElementById("ticket-search")?.select(),
  };

  function listen(sheet) {
    const box = sheet.querySelector("[data-shortcuts-switch]");
    const opener = document.querySelector("[data-shortcuts-open]");
    const open = () => {
      box.checked = areOn();
      sheet.showModal();
    };
    opener.hidden = false;
    opener.addEventListener("click", open);
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(SWITCH);
      else localStorage.setItem(SWITCH, "off");
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (!areOn() || document.querySelector("dialog[open]")) return;
      const act = event.key === "?" ? open : KEYS[event.key];
      /* Arrows belong to the page until a ticket has been chosen. */
      if (!act || (event.key.startsWith("Arrow") && !current())) return;
      act();
      event.preventDefault();
      event.stopPropagation(); // Unfold has a sheet of its own behind the same key
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    const filters = document.querySelector("form[data-apply]");
    const list = document.getElementById("ticket-list");
    if (filters) applyFilters(filters);
    if (list) follow(list);
    document.querySelectorAll("form[data-bulk]").forEach(preview);
    const sheet = document.getElementById("ticket-shortcuts");
    if (sheet) listen(sheet);
    /* Before their font is there, icons are as wide as their names. */
    document.fonts.ready.then(() => {
      document.querySelector(".tickets-views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    });
  });
})();
