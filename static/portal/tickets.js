/* Tickets on the portal. The pages work without this script; it keeps what was typed while the tab is open, shows the
   fields of another department at once, brings the newest message into view and tells of new answers. */
(() => {
  "use strict";

  const KEPT_FOR = 2 * 3600 * 1000;
  const LOOK_AFTER = 25 * 1000;
  const NEVER_KEPT = new Set(["csrfmiddlewaretoken", "client_id", "seen", "homepage", "attachments", "files", "fields_for", "show"]);

  // What was typed -----------------------------------------------------------------------------------------------------

  function store(work) {
    try {
      return work(window.sessionStorage);
    } catch {
      return null; // storage may be switched off or full
    }
  }

  const write = (key, typed) => store((storage) => storage.setItem(`desk:${key}`, JSON.stringify({ at: Date.now(), typed })));

  function read(key) {
    const kept = store((storage) => JSON.parse(storage.getItem(`desk:${key}`) ?? "null"));
    return kept && Date.now() - kept.at < KEPT_FOR ? kept.typed : null;
  }

  const forget = (key) => store((storage) => storage.removeItem(`desk:${key}`));

  /* The server has it. What it was is known for a while, because browsers fill forms in again that one goes back to. */
  function finish(key) {
    const typed = read(key);
    if (typed) write(`sent-${key}`, typed);
    forget(key);
  }

  function emptyWhatWasSent(form) {
    const sent = read(`sent-${form.dataset.keep}`);
    const now = typedIn(form);
    if (!sent || read(form.dataset.keep) || !now.text || now.text !== sent.text || now.subject !== sent.subject) return;
    form.reset();
    form.dispatchEvent(new Event("attach:reset"));
  }

  function typedIn(form) {
    const typed = {};
    for (const field of form.elements) {
      if (!field.name || NEVER_KEPT.has(field.name) || field.type === "hidden") continue;
      if (field.type === "radio" && !field.checked) continue;
      typed[field.name] = field.type === "checkbox" ? field.checked : field.value;
    }
    return typed;
  }

  function fill(form, typed) {
    let filled = false;
    for (const field of form.elements) {
      if (!(field.name in typed) || NEVER_KEPT.has(field.name) || field.type === "hidden") continue;
      const value = typed[field.name];
      if (field.type === "radio") {
        if (field.value !== value || field.checked) continue;
        field.checked = true;
      } else if (field.type === "checkbox") {
        if (field.checked === value) continue;
        field.checked = value;
      } else {
        if (field.value || !value) continue;
        field.value = value;
      }
      filled = filled || ["text", "subject"].includes(field.name);
    }
    return filled;
  }

  function keep(form) {
    const key = form.dataset.keep;
    let timer = 0;
    const save = () => write(key, typedIn(form));
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(save, 300);
    });
    window.addEventListener("pagehide", () => {
      if (timer) save();
    });
    form.addEventListener("submit", save);
    form.addEventListener("desk:forget", () => {
      clearTimeout(timer);
      timer = 0;
      forget(key);
    });
  }

  async function restore(form) {
    const typed = "sent" in form.dataset ? null : read(form.dataset.keep);
    if (!typed) return;
    const filled = fill(form, typed);
    await showFields(form);
    fill(form, typed);
    const notice = form.querySelector("[data-kept]");
    if (!filled || !notice) return;
    notice.hidden = false;
    notice.querySelector("[data-kept-away]").addEventListener("click", () => {
      form.dispatchEvent(new Event("desk:forget"));
      location.reload();
    });
  }

  // The fields of the chosen department --------------------------------------------------------------------------------

  const shownBefore = new Map();

  async function showFields(form) {
    const place = form.querySelector("[data-department-fields]");
    const chosen = form.querySelector("select[name=department]") ?? form.querySelector("[name=department]:checked");
    const shown = place?.querySelector("[name=fields_for]")?.value ?? "";
    if (!place || !chosen || chosen.value === shown) return;
    const wanted = chosen.value;
    let nodes = shownBefore.get(wanted);
    if (!nodes) {
      try {
        const response = await fetch(`${place.dataset.address}?department=${encodeURIComponent(wanted)}`);
        if (!response.ok) return; // the server asks for the fields when the form is sent
        const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
        nodes = [...parsed.body.childNodes];
      } catch {
        return;
      }
    }
    const now = form.querySelector("select[name=department]") ?? form.querySelector("[name=department]:checked");
    if (now.value !== wanted) return; // chosen again meanwhile
    shownBefore.set(shown, [...place.childNodes]);
    place.replaceChildren(...nodes);
  }

  // New answers --------------------------------------------------------------------------------------------------------

  function watch(notice) {
    let timer = 0;
    const later = () => {
      clearTimeout(timer);
      if (!document.hidden && notice.hidden) timer = setTimeout(look, LOOK_AFTER);
    };
    async function look() {
      try {
        const address = `${notice.dataset.news}?after=${encodeURIComponent(notice.dataset.after)}`;
        const response = await fetch(address, { headers: { Accept: "application/json" } });
        if (response.status === 404) return; // signed out, or the ticket is somebody else's now
        if (response.ok) tell(await response.json());
      } catch {
        // away; asked again later
      }
      later();
    }
    function tell(answer) {
      const words = answer.answer ? notice.dataset.answer : answer.status !== notice.dataset.status ? notice.dataset.changed : "";
      if (!words) return;
      const link = document.createElement("a");
      link.href = notice.dataset.address;
      link.textContent = notice.dataset.show;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        history.replaceState(null, "", notice.dataset.address);
        location.reload(); // what is being typed is kept
      });
      notice.replaceChildren(`${words} `, link);
      notice.hidden = false;
    }
    document.addEventListener("visibilitychange", () => {
      clearTimeout(timer);
      if (!document.hidden && notice.hidden) look();
    });
    later();
  }

  // Start --------------------------------------------------------------------------------------------------------------

  for (const words of document.querySelectorAll("[data-with-script]")) words.hidden = false;
  for (const done of document.querySelectorAll("[data-forget]")) finish(done.dataset.forget);
  for (const notice of document.querySelectorAll("[data-kept-for]")) notice.hidden = !read(notice.dataset.keptFor)?.text;

  for (const form of document.querySelectorAll("form[data-keep]")) {
    restore(form);
    keep(form);
    form.addEventListener("change", (event) => {
      if (event.target.name === "department") showFields(form);
    });
  }

  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-keep]").forEach(emptyWhatWasSent);
  });

  for (const notice of document.querySelectorAll("[data-news]")) watch(notice);

  const latest = document.getElementById("latest");
  if (latest && !location.hash && !document.querySelector("[autofocus]")) {
    latest.scrollIntoView({ block: "nearest" });
  }
})();
