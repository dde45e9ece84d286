/* The Move column: arrow buttons and dragging, saved at once, the list put in its new order in place.
   Without this script the buttons are ordinary form buttons and the page is loaded again. */
(() => {
  "use strict";

  document.documentElement.dataset.moves = ""; // management.css shows the handles
  const EDGE = 60; // pixels from the window's edge where dragging scrolls
  let queue = Promise.resolve(); // moves run one after another, however fast somebody clicks
  let drag = null;

  const form = () => document.getElementById("move-form");
  const status = () => document.getElementById("move-status");
  const list = () => document.getElementById("result_list");
  const rows = () => [...list().querySelectorAll("tbody")].filter((row) => keyOf(row));
  const cellOf = (row) => row.querySelector("[data-move-row]");
  const keyOf = (row) => cellOf(row)?.dataset.moveRow;
  const rowOf = (key) => rows().find((row) => keyOf(row) === key);

  function say(text, failed = false) {
    status().classList.toggle("move-status-failed", failed);
    status().textContent = text;
  }

  async function save(address, values) {
    const body = new FormData(form());
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json()).announcement;
  }

  async function refresh(focus) {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("result_list");
    if (!fresh) throw new Error("no list");
    arrange([...fresh.querySelectorAll("tbody")]);
    if (focus) restoreFocus(focus);
  }

  /* Rows that are still here are moved, not replaced: ticked boxes and open menus stay as they are. */
  function arrange(fresh) {
    const old = new Map(rows().map((row) => [keyOf(row), row]));
    for (const wanted of fresh) {
      const row = old.get(keyOf(wanted)) ?? document.importNode(wanted, true);
      old.delete(keyOf(wanted));
      row.className = wanted.className;
      cellOf(row).replaceWith(document.importNode(cellOf(wanted), true));
      list().append(row);
    }
    for (const row of old.values()) row.remove();
  }

  /* The same button of the row that moved; of the row now in its place where it went to another page. */
  function restoreFocus({ key, value, index }) {
    const row = rowOf(key) ?? rows()[Math.min(index, rows().length - 1)];
    row?.querySelector(`button[value="${value}"]`)?.focus();
  }

  function move(address, values, key, focus) {
    queue = queue.then(async () => {
      try {
        const text = await save(address, values);
        await refresh(focus);
        const row = rowOf(key);
        row?.classList.add("move-done");
        setTimeout(() => row?.classList.remove("move-done"), 1200);
        say(text);
      } catch {
        say(status().dataset.failed, true);
      }
    });
  }

  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target !== form() || !button || !list()) return;
    event.preventDefault();
    const key = button.closest("[data-move-row]").dataset.moveRow;
    const index = rows().findIndex((row) => keyOf(row) === key);
    move(button.formAction, { to: button.value }, key, { key, value: button.value, index });
  });

  /* Dragging */

  function rowAt(y) {
    const others = rows().filter((row) => row !== drag.row);
    const below = others.find((row) => y < row.getBoundingClientRect().top + row.offsetHeight / 2);
    return below ? { row: below, to: "before" } : { row: others.at(-1), to: "after" };
  }

  function mark(target) {
    for (const row of rows()) row.classList.remove("move-before", "move-after");
    if (target?.row) target.row.classList.add(`move-${target.to}`);
  }

  function follow(event) {
    drag.y = event.clientY;
    drag.moved ||= Math.abs(event.clientY - drag.from) > 4;
    drag.target = drag.moved ? rowAt(drag.y) : null;
    mark(drag.target);
  }

  function scroll() {
    if (!drag) return;
    const low = drag.y - (window.innerHeight - EDGE);
    const high = EDGE - drag.y;
    if (drag.moved && (low > 0 || high > 0)) {
      window.scrollBy(0, low > 0 ? low / 4 : -high / 4);
      drag.target = rowAt(drag.y);
      mark(drag.target);
    }
    requestAnimationFrame(scroll);
  }

  function finish(keep) {
    const { row, target, handle, pointer, address } = drag;
    drag = null;
    mark(null);
    row.classList.remove("move-dragged");
    if (handle.hasPointerCapture(pointer)) handle.releasePointerCapture(pointer);
    const stays = !target?.row || (target.to === "before" ? row.nextElementSibling : row.previousElementSibling) === target.row;
    if (keep && !stays) move(address, { to: target.to, row_key: keyOf(target.row) }, keyOf(row));
  }

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-move-handle]");
    if (!handle || event.button !== 0 || drag) return;
    event.preventDefault();
    const row = handle.closest("tbody");
    drag = { row, handle, pointer: event.pointerId, from: event.clientY, y: event.clientY, moved: false, target: null,
      address: row.querySelector("button[value=up]").formAction };
    handle.setPointerCapture(event.pointerId);
    row.classList.add("move-dragged");
    requestAnimationFrame(scroll);
  });
  document.addEventListener("pointermove", (event) => drag?.pointer === event.pointerId && follow(event));
  document.addEventListener("pointerup", (event) => drag?.pointer === event.pointerId && finish(true));
  document.addEventListener("pointercancel", (event) => drag?.pointer === event.pointerId && finish(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && drag && finish(false));
})();
