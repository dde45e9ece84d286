/* The composer of the ticket page: drafts, sending, undoing, crossed replies, canned replies. */
(() => {
  "use strict";

  const { page, text, say, complain, settle, post, reason, refresh } = window.desk;
  const SAVE_AFTER = 1_500;
  const PATIENCE = 60_000;
  const TICK = 1_000;

  const form = () => document.getElementById("composer");
  const field = () => document.getElementById("composer-text");
  const kind = () => form().elements.kind.value;
  let timer = 0;
  let saving = Promise.resolve();
  let isSending = false;
  let sending = Promise.resolve();
  let lastSaved = "";
  let cursor = null;

  const typed = () => ({ text: field().value, kind: kind(), cc: form().elements.cc.value });
  const asText = () => JSON.stringify(typed());

  /* Kinds */
  function showKind() {
    form().dataset.kind = kind();
    field().placeholder = kind() === "note" ? field().dataset.forNote : field().dataset.forReply;
  }

  function write(wanted) {
    if (!form() || isSending) return;
    form().querySelector(`[name=kind][value=${wanted}]`).checked = true;
    showKind();
    field().focus();
    form().scrollIntoView({ block: "nearest" });
  }
  window.desk.write = write;

  function start() {
    if (!form()) return;
    showKind();
    lastSaved = asText();
  }

  /* Drafts: kept by the server a moment after the last key, and when the page is left. */
  function plan() {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER);
  }

  function save({ force = false, keepalive = false } = {}) {
    clearTimeout(timer);
    if (!form() || isSending || (asText() === lastSaved && !force)) return saving;
    const body = { ...typed(), known: form().dataset.version, force: force ? "1" : "" };
    const kept = asText();
    saving = saving.then(async () => {
      const answer = await post(page().dataset.draft, { ...body, known: form().dataset.version }, { keepalive });
      saved(answer, kept);
    });
    return saving;
  }

  function saved({ status, data }, kept) {
    const note = (words) => {
      if (!isSending) document.getElementById("composer-saved").textContent = words;
    };
    if (status === 200) {
      lastSaved = kept;
      form().dataset.version = data.version;
      note(data.said);
      document.getElementById("composer-conflict").replaceChildren();
    } else if (status === 409 && data?.code === "draft_changed") conflict(data);
    else note(status === 422 ? data.error : "");
  }

  function conflict({ error, version }) {
    const line = document.createElement("span");
    line.textContent = error;
    const other = button(text("UseOther"), () => load());
    const mine = button(text("KeepMine"), () => {
      form().dataset.version = version;
      save({ force: true });
    });
    document.getElementById("composer-conflict").replaceChildren(line, other, mine);
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "tickets-button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  /* The form as the server has it. */
  async function load() {
    await window.htmx.ajax("GET", page().dataset.composer, { target: "#composer", swap: "outerHTML" });
    begin();
  }

  function begin() {
    form().querySelector("[data-attach]")?.dispatchEvent(new CustomEvent("attach:start", { bubbles: true }));
    start();
  }

  /* Sending: nothing can be changed meanwhile, so that nothing typed is lost with what was sent. */
  function freeze(isFrozen) {
    isSending = isFrozen;
    field().readOnly = form().elements.cc.readOnly = isFrozen;
    if (isFrozen) form().setAttribute("aria-busy", "true");
    else form().removeAttribute("aria-busy");
    document.getElementById("composer-saved").textContent = isFrozen ? text("Sending") : "";
  }

  function send(submitter) {
    if (!isSending) sending = deliver(submitter);
  }

  async function deliver(submitter) {
    const status = submitter?.name === "status" ? submitter.value : "waiting";
    const isNote = kind() === "note";
    problem("");
    const body = new FormData(form());
    body.set("status", status);
    body.set("seen_message_id", form().dataset.seen ?? stamp());
    clearTimeout(timer);
    freeze(true);
    say(text("Sending"));
    await saving;
    const address = isNote ? form().dataset.note : form().dataset.reply;
    const answer = await post(address, body, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 200 && answer.data.is_other) await sentBefore();
    else if (answer.status === 200) sent(answer.data, isNote);
    freeze(false);
    if (answer.status === 200) await show(answer.data, isNote);
    else if (answer.data?.code === "reply_crossed") crossed(answer.data, status);
    else {
      problem(reason(answer));
      plan();
    }
  }

  /* A random UUID; crypto.randomUUID is there on safe connections only. */
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  const stamp = () => document.querySelector("#ticket-stamp [name=newest_message]").value;

  function problem(words) {
    document.getElementById("composer-problem").textContent = words;
  }

  function sent(data, isNote) {
    field().value = "";
    form().elements.cc.value = "";
    form().elements.client_id.value = data.client_id;
    form().dataset.version = "";
    delete form().dataset.seen;
    form().dispatchEvent(new Event("attach:reset"));
    form().querySelector(".composer-files").open = false;
    document.getElementById("composer-crossed").replaceChildren();
    document.getElementById("composer-conflict").replaceChildren();
    if (isNote) form().querySelector("[name=kind][value=reply]").checked = true;
    start();
  }

  /* An answer that never came was a yes: what was changed after it was not sent, and stays. */
  async function sentBefore() {
    const { text: words, kind: wanted, cc } = typed();
    await load();
    field().value = words;
    form().elements.cc.value = cc;
    form().querySelector(`[name=kind][value=${wanted}]`).checked = true;
    showKind();
    problem(text("SentBefore"));
    plan();
  }

  async function show(data, isNote) {
    settle();
    window.desk.pulse();
    await refresh();
    const message = document.getElementById(`message-${data.message}`);
    if (!data.is_other) message?.focus({ preventScroll: false });
    if (data.undo) hold(data);
    else say(text(isNote ? "Noted" : "Sent"));
  }

  function crossed({ html, newest }, status) {
    const place = document.getElementById("composer-crossed");
    place.innerHTML = html; // our own template, escaped there
    place.querySelector("[data-send-anyway]").addEventListener("click", () => {
      form().dataset.seen = newest;
      place.replaceChildren();
      send({ name: "status", value: status });
    });
    place.querySelector("[data-read-first]").addEventListener("click", async () => {
      place.replaceChildren();
      await refresh();
      const message = document.getElementById(`message-${newest}`);
      message?.focus();
      message?.scrollIntoView({ block: "center" });
    });
    place.querySelector("[data-read-first]").focus();
    place.scrollIntoView({ block: "nearest" });
  }

  /* Undo: some seconds in which a reply can be taken back. */
  function hold({ undo, hold_seconds: seconds }) {
    const toast = document.createElement("div");
    const words = document.createElement("span");
    const back = button(text("Undo"), () => {});
    toast.className = "work-toast";
    back.dataset.undo = undo;
    toast.append(words, back);
    document.getElementById("ticket-toasts").replaceChildren(toast);
    let left = seconds;
    const count = () => { words.textContent = text("Held").replace("%s", left); };
    count();
    say(`${words.textContent} ${text("Undo")}: Z`);
    const clock = setInterval(() => {
      left -= 1;
      if (!toast.isConnected) clearInterval(clock);
      else if (left > 0) count();
      else {
        clearInterval(clock);
        toast.remove();
        say(text("Sent"));
        refresh();
      }
    }, TICK);
  }

  async function undo(address) {
    await sending;
    field().readOnly = true; // until the form is here that the reply is in again
    await save(); // what was written since, which the reply is put before
    const others = asText() === lastSaved ? null : typed(); // it could not be kept
    document.getElementById("ticket-toasts").replaceChildren();
    const answer = await post(address, {}, {});
    if (answer.status !== 200) {
      field().readOnly = false;
      complain(reason(answer));
      refresh();
      return;
    }
    await load();
    field().readOnly = false;
    if (others?.text.trim()) {
      field().value = `${field().value}\n\n${others.text}`;
      if (others.kind === "note") form().querySelector("[name=kind][value=note]").checked = true;
      showKind();
      plan();
    }
    settle();
    await refresh();
    say(text(kind() === "note" ? "UndoneAsNote" : "Undone"));
    if (kind() === "note") problem(text("UndoneAsNote"));
    field().focus();
  }

  /* Canned replies go where the cursor was. */
  async function insert(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    document.getElementById("ticket-dialog").close();
    if (!answer?.ok || answer.redirected) { // signed out, one is led to the page for signing in
      complain(text(answer?.redirected ? "SignedOut" : "Failed"));
      return;
    }
    const { text: words } = await answer.json();
    settle();
    await sending;
    const [from, to] = cursor ?? [field().value.length, field().value.length];
    field().setRangeText(words, from, to, "end");
    field().focus();
    field().dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const canned = event.target.closest("[data-canned]");
    if (canned) insert(canned.dataset.canned);
    const undoing = event.target.closest("[data-undo]");
    if (undoing) undo(undoing.dataset.undo);
  });
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#composer") || event.target.matches("[type=file]")) return;
    problem("");
    plan();
  });
  document.addEventListener("click", (event) => {
    if (!isSending || !event.target.closest("#composer")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
  document.addEventListener("change", (event) => {
    if (event.target.name === "kind" && event.target.closest("#composer")) {
      form().elements.client_id.value = newId(); // what was sent as the other kind is another message
      showKind();
      field().focus();
      plan();
    }
  });
  /* Files that were dropped or pasted are seen. */
  document.addEventListener("attach:change", (event) => {
    const files = event.target.querySelector(".composer-files");
    if (files) files.open = true;
  }, { capture: true });
  document.addEventListener("focusout", (event) => {
    if (event.target.id !== "composer-text") return;
    cursor = [event.target.selectionStart, event.target.selectionEnd];
    save();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "composer") return;
    event.preventDefault();
    send(event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.closest?.("#composer")) return;
    event.preventDefault();
    form().requestSubmit(form().querySelector(kind() === "note" ? "button.for-note" : ".send-first"));
  });
  window.addEventListener("pagehide", () => save({ keepalive: true }));
  window.addEventListener("beforeunload", (event) => {
    if (isSending) event.preventDefault(); // leaving now would lose what did not arrive
  });
  /* Coming back to a page that the browser has kept: what was sent or changed elsewhere meanwhile is not shown. */
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && form() && !isSending && asText() === lastSaved) load().then(refresh);
  });
  document.addEventListener("DOMContentLoaded", start);
})();
