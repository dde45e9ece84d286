/* The ticket page: small requests, menus, tabs, dialogs, shortcuts, and the pulse that tells who else is there. */
(() => {
  "use strict";

  const SWITCH = "desk-shortcuts";
  const LIST = "desk-ticket-list";
  const PULSE = 8_000;
  const SELDOM = 120_000;
  const PATIENCE = 15_000;
  const TYPING = 6_000;
  const HELD = 10_000;
  const SIGNED_OUT = "X-Signed-Out"; // the header of a refusal where the cookies are gone too

  const page = () => document.getElementById("ticket-page");
  const text = (name) => page().dataset[`text${name}`];
  const say = (words) => { document.getElementById("ticket-said").textContent = words; };

  /* The token is read anew each time: it changes when somebody signs in again in another tab. */
  function token() {
    const found = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    return found ? decodeURIComponent(found.split("=")[1]) : document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  }

  function complain(words) {
    const line = document.createElement("p");
    line.className = "work-problem";
    line.textContent = words;
    document.getElementById("ticket-problem").replaceChildren(line);
  }

  const settle = () => document.getElementById("ticket-problem").replaceChildren();

  /* POST fields; answers {status, data}. Status 0: it did not arrive; 401: the session has ended. */
  async function post(address, fields, options = {}) {
    const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
    if (body instanceof FormData) body.delete("csrfmiddlewaretoken");
    const headers = { "X-CSRFToken": token(), Accept: "application/json, text/html;q=0.5" };
    try {
      const answer = await fetch(address, { method: "POST", body, headers, redirect: "manual", ...options });
      if (answer.type === "opaqueredirect" || answer.headers.has(SIGNED_OUT)) return { status: 401, data: null };
      const isJson = answer.headers.get("Content-Type")?.includes("json");
      return { status: answer.status, data: isJson ? await answer.json() : await answer.text() };
    } catch {
      return { status: 0, data: null };
    }
  }

  /* What to say to somebody whose request was answered like this. */
  function reason({ status, data }) {
    if (data?.error) return data.error;
    return text({ 401: "SignedOut", 404: "Gone" }[status] ?? "Failed");
  }

  const refresh = () => window.htmx.ajax("GET", page().dataset.parts, { source: page(), swap: "none" });

  window.desk = { page, text, say, complain, settle, post, reason, refresh, pulse: () => {} };

  /* Small requests ------------------------------------------------------------------------------------------------- */

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  const isSignedOut = (xhr) => xhr.responseURL.includes("/login/") || xhr.getResponseHeader(SIGNED_OUT);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (isSignedOut(xhr)) event.detail.shouldSwap = false;
    else if ([403, 409, 422].includes(xhr.status) && !xhr.responseText.includes("<html")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig } = event.detail;
    const isPage = xhr.status === 403 && xhr.responseText.includes("<html");
    if (isSignedOut(xhr)) complain(text("SignedOut"));
    else if (xhr.status === 404) complain(text("Gone"));
    else if (!xhr.status || xhr.status >= 500 || isPage) complain(text("Failed"));
    else if (xhr.status === 409) refresh(); // something else has happened meanwhile
    else if (xhr.status === 200 && requestConfig.elt !== page()) { // a refresh says nothing of what failed before it
      if (requestConfig.verb === "post") say(text("Saved"));
      settle();
    }
  });
  /* Whoever is typing in a part keeps it as it is. */
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const active = document.activeElement;
    const isTyped = active?.matches(".work-side input:not([type=checkbox]), .work-head input") && active.value !== active.defaultValue;
    if (isTyped && event.detail.target.contains(active) && event.detail.elt !== active.form) event.detail.shouldSwap = !isWaiting(active);
  });
  const isWaiting = (field) => !field.closest("form")?.classList.contains("htmx-request");

  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = document.getElementById("ticket-dialog");
    if (event.detail.target?.matches(".picker-source")) enter(event.detail.target);
    if (event.detail.target?.id === "ticket-dialog-body") {
      const done = dialog.querySelector("[data-closes-dialog]");
      if (done) {
        dialog.close();
        say(done.dataset.said);
      } else if (!dialog.open) dialog.showModal();
      (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("[autofocus]"))?.focus();
      dialog.querySelector("[autofocus]")?.removeAttribute("autofocus"); // htmx would take the focus back a moment later
    }
  });

  /* Whoever asked for earlier messages goes on where they begin. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const holder = event.target.closest?.(".messages-earlier");
    if (!holder) return;
    const [before, list] = [holder.previousElementSibling, holder.parentElement];
    document.addEventListener("htmx:afterSettle", () => {
      const first = before ? before.nextElementSibling : list.firstElementChild;
      (first?.matches("[tabindex]") ? first : first?.querySelector("button"))?.focus({ preventScroll: true });
    }, { once: true });
  });

  /* Menus and dialogs ---------------------------------------------------------------------------------------------- */

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details.picker[open]")) if (!menu.contains(except)) menu.open = false;
  }

  document.addEventListener("click", (event) => {
    const { target } = event;
    closeMenus(target);
    const option = target.closest(".picker-option");
    const menu = option?.closest("details.picker");
    if (menu) {
      setTimeout(() => { // after the form was sent: htmx forgets which button it was when the focus moves
        menu.open = false;
        if (!document.querySelector("dialog[open]")) menu.querySelector("summary").focus();
      });
    }
    if (target.closest("[data-close-dialog]")) document.getElementById("ticket-dialog").close();
    const emptier = target.closest("[data-empties]");
    if (emptier) document.querySelector(emptier.dataset.empties).replaceChildren();
  });
  document.addEventListener("keydown", (event) => {
    const isFree = event.key === "Escape" && !event.target.closest?.("dialog, details");
    const menu = event.target.closest?.("details.picker[open]") ?? (isFree && document.querySelector("details.picker[open]"));
    if (!menu) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const options = [...menu.querySelectorAll(".picker-option")].filter((one) => one.offsetParent);
      if (!options.length || event.target.matches("input:not([type=search])")) return;
      const at = options.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      options[(at + options.length) % options.length].focus();
      event.preventDefault();
    }
  });
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details.picker") || !event.target.open) return;
    closeMenus(event.target);
    enter(event.target);
  }, { capture: true });
  const enter = (menu) => menu.querySelector("[data-filter], .picker-form input, .picker-option[aria-current]")?.focus();
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-filter]")) return;
    const words = event.target.value.toLowerCase();
    for (const row of event.target.closest(".picker-panel").querySelectorAll("li")) {
      row.hidden = !row.textContent.toLowerCase().includes(words);
    }
  });

  /* Canned replies by keyboard: the arrows go through them, Enter in the search takes the first that fits. */
  let cannedFor = ""; // the search whose replies are shown
  let isTakenNext = false; // Enter came before the replies that fit
  const takeFirst = () => document.querySelector("#ticket-dialog[open] .canned-reply")?.click();

  document.addEventListener("keydown", (event) => {
    const search = document.getElementById("canned-search");
    if (!search || event.isComposing || !event.target.matches?.("#canned-search, .canned-reply")) return;
    if (event.key === "Enter" && event.target === search) {
      if (cannedFor === search.value) takeFirst();
      else isTakenNext = true;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const stops = [search, ...document.querySelectorAll("#ticket-dialog .canned-reply")];
      const at = stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      stops[(at + stops.length) % stops.length].focus();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "canned-search") isTakenNext = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target?.id === "ticket-dialog-body") isTakenNext = false;
    else if (target?.id !== "canned-list") return;
    cannedFor = new URL(xhr.responseURL).searchParams.get("q") ?? "";
    if (!isTakenNext || cannedFor !== document.getElementById("canned-search").value) return;
    isTakenNext = false;
    takeFirst();
  });

  /* Tabs */
  function openTab(tab) {
    for (const other of tab.parentElement.children) {
      const isChosen = other === tab;
      other.setAttribute("aria-selected", isChosen);
      other.tabIndex = isChosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = !isChosen;
    }
    document.getElementById(tab.getAttribute("aria-controls")).dispatchEvent(new Event("tab:open"));
  }
  document.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) openTab(tab);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches?.("[role=tab]") || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const tabs = [...event.target.parentElement.children];
    const next = tabs[(tabs.indexOf(event.target) + 1) % tabs.length];
    next.focus();
    openTab(next);
  });

  /* The list that the agent came from ------------------------------------------------------------------------------- */

  function listQuery() {
    const { list } = page().dataset;
    const came = document.referrer ? new URL(document.referrer) : null;
    if (came?.origin === location.origin && came.pathname === list) sessionStorage.setItem(LIST, came.search);
    return sessionStorage.getItem(LIST) ?? "";
  }

  function showSteps() {
    for (const link of document.querySelectorAll("[data-step]")) link.href = page().dataset[link.dataset.step] + listQuery();
  }

  /* Shortcuts ------------------------------------------------------------------------------------------------------ */

  const areOn = () => localStorage.getItem(SWITCH) !== "off";
  const press = (selector) => document.querySelector(selector)?.click();
  const KEYS = {
    r: () => window.desk.write?.("reply"),
    n: () => window.desk.write?.("note"),
    c: () => press("#open-canned"),
    z: () => press("[data-undo]"),
    a: () => press("#act-take"),
    s: () => press("#pick-status"),
    t: () => press("#act-transfer"),
    j: () => location.assign(page().dataset.next + listQuery()),
    k: () => location.assign(page().dataset.previous + listQuery()),
    u: () => location.assign(page().dataset.list + listQuery()),
    "?": () => openSheet(),
  };

  function openSheet() {
    const sheet = document.getElementById("ticket-shortcuts");
    sheet.querySelector("[data-shortcuts-switch]").checked = areOn();
    sheet.showModal();
  }

  function isTyping(element) {
    if (element.isContentEditable || element.matches("textarea, select, [role=textbox]")) return true;
    return element.matches("input") && !element.matches("[type=checkbox], [type=radio]");
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat || isTyping(event.target)) return;
    if (!areOn() || document.querySelector("dialog[open]") || !KEYS[event.key]) return;
    event.preventDefault();
    event.stopPropagation(); // Unfold has a sheet of its own behind "?"
    KEYS[event.key]();
  });
  document.addEventListener("click", (event) => event.target.closest("[data-shortcuts-open]") && openSheet());
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-shortcuts-switch]")) return;
    if (event.target.checked) localStorage.removeItem(SWITCH);
    else localStorage.setItem(SWITCH, "off");
  });

  /* The pulse ------------------------------------------------------------------------------------------------------ */

  let wait = PULSE;
  let timer = 0;
  let typedAt = 0;
  let isBeating = false;
  let shownNews = null;

  function plan() {
    clearTimeout(timer);
    if (wait && !document.hidden) timer = setTimeout(beat, wait);
  }

  async function beat() {
    if (isBeating) return;
    isBeating = true;
    const fields = { seen_event: stamp("seen_event"), typing: Date.now() - typedAt < TYPING ? "1" : "" };
    const answer = await post(page().dataset.pulse, fields, { signal: AbortSignal.timeout(PATIENCE) });
    isBeating = false;
    if (answer.status === 200 && answer.data) {
      if (!wait) settle(); // signed in again
      wait = PULSE;
      show(answer.data);
    } else if ([401, 403, 404].includes(answer.status)) {
      wait = 0;
      complain(text(answer.status === 401 ? "SignedOut" : "Gone"));
    } else wait = Math.min(wait * 2, SELDOM);
    plan();
  }

  const stamp = (name) => document.querySelector(`#ticket-stamp [name=${name}]`).value;

  function show({ people, presence, news, newest_event_id: newest, is_merged: isMerged }) {
    const live = document.getElementById("ticket-presence");
    const lines = presence.map((words, at) => {
      const line = document.createElement("span");
      line.textContent = words;
      line.classList.toggle("is-typing", people[at].is_typing);
      return line;
    });
    if (live.textContent !== presence.join("")) live.replaceChildren(...lines);
    if (newest && newest > Number(stamp("seen_event")) && newest !== shownNews) announce(news, newest, isMerged);
  }

  function announce(words, newest, isMerged) {
    shownNews = newest;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text("Show");
    button.addEventListener("click", async () => {
      if (isMerged) return location.reload();
      document.getElementById("ticket-news").replaceChildren();
      await refresh();
      const message = document.getElementById(`message-${stamp("newest_message")}`);
      message?.focus();
      message?.scrollIntoView({ block: "nearest" });
      return undefined;
    });
    const line = document.createElement("span");
    line.textContent = words;
    document.getElementById("ticket-news").replaceChildren(line, button);
  }

  document.addEventListener("input", (event) => {
    if (event.target.id !== "composer-text") return;
    const isNew = Date.now() - typedAt > TYPING;
    typedAt = Date.now();
    if (isNew) beat();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : beat()));
  window.addEventListener("pagehide", () => post(page().dataset.pulse, { leaving: "1" }, { keepalive: true }));
  /* The form of this ticket is empty when somebody goes back to it (ticket_new.js). */
  function tellOpened() {
    const posted = sessionStorage.getItem("desk-new-ticket-posted");
    if (!posted || !document.querySelector("[data-opened]")) return;
    sessionStorage.setItem("desk-new-ticket-opened", posted);
    sessionStorage.removeItem("desk-new-ticket-posted");
  }
  document.addEventListener("DOMContentLoaded", () => {
    tellOpened();
    showSteps();
    if (!document.hidden) beat();
    else plan();
  });
  window.desk.pulse = () => { typedAt = 0; };
  /* A reply that somebody can still take back is sent some seconds later. */
  let held = 0;
  function watchHeld() {
    clearTimeout(held);
    if (document.querySelector(".message.is-held")) held = setTimeout(refresh, HELD);
  }
  document.addEventListener("DOMContentLoaded", watchHeld);
  document.addEventListener("htmx:afterSettle", () => {
    watchHeld();
    if (shownNews && Number(stamp("seen_event")) >= shownNews) document.getElementById("ticket-news").replaceChildren();
  });
})();
