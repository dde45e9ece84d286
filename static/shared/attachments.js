/* Files of a message (templates/tickets/_attach_field.html): uploaded as soon as they are chosen, dropped or pasted.
   What comes while its form says aria-busy="true" is taken afterwards.
   Without this script the field is an ordinary file field and its files are posted with the form. */
(() => {
  "use strict";

  const AT_ONCE = 2;
  const SHOWN_EXTENSION = 4;

  function start(field) {
    const form = field.closest("form");
    if (!form || field.dataset.started) return;
    field.dataset.started = "yes";
    const list = field.querySelector("[data-attach-list]");
    const input = field.querySelector("input[type=file]");
    const status = field.querySelector("[role=status]");
    const leftOut = field.querySelector("[data-attach-left-out]");
    const waiting = [];
    const late = []; // what comes while the form is on its way, and so belongs to the next message
    let running = 0;
    let isKnown = false; // somebody without an account is, once a first file has arrived
    let submitter = null;
    let told = ""; // the files of which it was said that they do not go with the message

    const text = (name, value = "") => field.dataset[`text${name}`].replace("%s", value);
    /* Said aloud; shown too where nothing else on the page says it. */
    const say = (words, isShown = false) => {
      status.textContent = words;
      status.classList.toggle("attach-status-shown", isShown);
    };
    /* The cookie's is the newest: it changes when somebody signs in again in another tab. */
    const token = () => csrfCookie() || (form.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
    const kept = () => [...list.querySelectorAll(".attach-keep")].filter((box) => box.value && box.checked && !box.disabled);
    const busy = () => running + waiting.length > 0;
    const changed = () => form.dispatchEvent(new CustomEvent("attach:change", { detail: { files: kept().length, busy: busy() } }));

    field.classList.add("attach-ready");
    input.hasChangeListener = true; // Unfold's own script would look for a text field beside it
    for (const item of list.children) dress(item);

    input.addEventListener("change", () => {
      add([...input.files]);
      input.value = ""; // what is uploaded is not posted again
    });
    form.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      add(files.map(named));
    });
    field.addEventListener("attach:add", (event) => add(event.detail));
    const isSending = () => form.getAttribute("aria-busy") === "true";
    new MutationObserver(() => {
      if (late.length && !isSending()) add(late.splice(0));
    }).observe(form, { attributes: true, attributeFilter: ["aria-busy"] });
    form.addEventListener("submit", (event) => {
      const lost = [...list.querySelectorAll(".attach-failed .file-name")].map((name) => name.textContent).join(", ");
      const isToldFirst = lost && lost !== told;
      told = lost;
      if (!busy() && !isToldFirst) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (isToldFirst) {
        say(text("Lost", lost), true);
        return;
      }
      submitter = event.submitter ?? "none";
      say(text("Wait"), true);
    }, { capture: true });
    form.addEventListener("attach:reset", () => {
      for (const entry of waiting.splice(0)) entry.cancelled = true;
      list.replaceChildren();
      forgive();
      say("");
      changed();
    });

    function add(files) {
      if (isSending()) {
        late.push(...files);
        return;
      }
      field.closest("details")?.setAttribute("open", ""); // what was dropped or pasted must be seen
      const room = Math.max(Number(field.dataset.maxFiles) - kept().length - running - waiting.length, 0);
      forgive();
      for (const file of files.slice(0, room)) addOne(file);
      if (files.length > room) leaveOut(files.length - room);
      pump();
      changed();
    }

    /* Stays above the list, where it is seen beside twenty files, until others are chosen. */
    function leaveOut(count) {
      const isOne = new Intl.PluralRules(root.lang).select(count) === "one";
      leftOut.textContent = text(isOne ? "LeftOutOne" : "LeftOutOther", count.toLocaleString(root.lang));
      leftOut.hidden = false;
      say(leftOut.textContent);
    }

    function addOne(file) {
      const item = field.querySelector("[data-attach-item]").content.firstElementChild.cloneNode(true);
      item.querySelector(".file-name").textContent = file.name;
      item.querySelector(".file-kind").textContent = extension(file.name);
      item.querySelector(".file-size").textContent = "";
      item.querySelector("progress").setAttribute("aria-label", text("Uploading", file.name));
      list.append(item);
      const entry = { file, item, request: null, cancelled: false };
      dress(item, entry);
      if (!file.size) fail(entry, text("Empty"));
      else if (file.size > Number(field.dataset.maxBytes)) fail(entry, text("Large"));
      else waiting.push(entry);
    }

    /* Two at a time: one large file does not hold up the others, and the server is not flooded. The first goes alone:
       its answer tells a browser without an account whose its files are, and two first ones would have two owners. */
    function pump() {
      while (running < (isKnown ? AT_ONCE : 1) && waiting.length) send(waiting.shift());
      if (!busy() && submitter) sendForm();
    }

    function send(entry) {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("file", entry.file, entry.file.name);
      if (field.dataset.ticket) body.append("ticket", field.dataset.ticket);
      entry.request = request;
      running += 1;
      request.open("POST", field.dataset.upload);
      request.responseType = "text";
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("X-CSRFToken", token());
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) entry.item.querySelector("progress").value = (100 * event.loaded) / event.total;
      });
      request.addEventListener("loadend", () => {
        running -= 1;
        arrived(entry, request);
        pump();
        changed();
      });
      request.send(body);
    }

    function arrived(entry, request) {
      const answer = read(request);
      if (request.status === 201 && answer) {
        isKnown = true;
        if (entry.cancelled) discard(answer.discard_url);
        else keep(entry, answer);
      } else if (!entry.cancelled) {
        const isSignedOut = request.status === 200 || request.status === 403;
        const words = answer?.error ?? (request.status === 413 ? text("Large") : text(isSignedOut ? "SignedOut" : "Failed"));
        fail(entry, words);
      }
    }

    function keep(entry, answer) {
      const { item } = entry;
      const box = item.querySelector(".attach-keep");
      box.value = answer.id;
      box.disabled = false;
      box.checked = true;
      item.dataset.discard = answer.discard_url;
      item.querySelector(".file-name").textContent = answer.name;
      item.querySelector(".file-size").textContent = answer.size_text;
      item.querySelector("progress").remove();
      if (!submitter && leftOut.hidden) say(text("Done", answer.name)); // that some are left out matters more
    }

    function fail(entry, words) {
      entry.item.classList.add("attach-failed");
      entry.item.querySelector("progress")?.remove();
      entry.item.querySelector(".attach-error").textContent = words;
      say(words.includes(entry.file.name) ? words : `${entry.file.name}: ${words}`);
      submitter = null; // what was to be sent is not complete any more
    }

    function dress(item, entry = null) {
      const button = item.querySelector(".attach-remove");
      item.querySelector(".attach-keep").hidden = true;
      button.hidden = false;
      button.setAttribute("aria-label", text("Remove", item.querySelector(".file-name").textContent));
      button.addEventListener("click", () => {
        if (entry) entry.cancelled = true;
        const place = waiting.indexOf(entry);
        if (place >= 0) waiting.splice(place, 1);
        if (entry?.request?.readyState < 4) entry.request.abort();
        if (item.dataset.discard) discard(item.dataset.discard);
        say(text("Removed", item.querySelector(".file-name").textContent));
        (item.nextElementSibling ?? item.previousElementSibling)?.querySelector(".attach-remove").focus();
        item.remove();
        if (!list.children.length) input.focus();
        changed();
      });
    }

    /* What was wrong with files is no longer so once others were chosen. */
    function forgive() {
      field.querySelector(".attach-problems")?.remove();
      field.classList.remove("attach-wrong");
      leftOut.hidden = true;
    }

    /* What cannot be thrown away now is swept away within a day. */
    function discard(address) {
      fetch(address, { method: "POST", headers: { "X-CSRFToken": token() } }).catch(() => {});
    }

    function sendForm() {
      const button = submitter === "none" ? undefined : submitter;
      submitter = null;
      say("");
      form.requestSubmit(button);
    }
  }

  /* A file that is dropped beside the field must not take the browser away from what was typed. */
  function fieldFor(event) {
    const within = event.target.closest?.("form")?.querySelector("[data-attach]");
    const all = document.querySelectorAll("[data-attach]");
    if (within || all.length !== 1 || document.querySelector("dialog[open]")) return within;
    return all[0];
  }
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event) || !document.querySelector("[data-attach]")) return;
    event.preventDefault();
    leave();
    fieldFor(event)?.classList.add("attach-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) leave();
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event) || !document.querySelector("[data-attach]")) return;
    event.preventDefault();
    leave();
    const field = fieldFor(event);
    field?.dispatchEvent(new CustomEvent("attach:add", { detail: [...event.dataTransfer.files] }));
    field?.scrollIntoView({ block: "nearest" });
  });

  function leave() {
    for (const field of document.querySelectorAll(".attach-over")) field.classList.remove("attach-over");
  }

  function csrfCookie() {
    const found = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    return found ? decodeURIComponent(found.split("=")[1]) : "";
  }

  const root = document.documentElement;
  const isManagement = () => location.pathname.startsWith("/management/");
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

  function extension(name) {
    const found = name.includes(".") ? name.split(".").pop() : "";
    return found.length <= SHOWN_EXTENSION ? found.toUpperCase() : "";
  }

  /* Pasted pictures are all called image.png. */
  function named(file) {
    if (!/^image\.\w+$/.test(file.name)) return file;
    const moment = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
    return new File([file], file.name.replace("image", `picture-${moment}`), { type: file.type });
  }

  function read(request) {
    try {
      return JSON.parse(request.responseText);
    } catch {
      return null;
    }
  }

  /* A picture that cannot be drawn gives way to the kind of its file. */
  document.addEventListener("error", (event) => {
    if (event.target instanceof HTMLImageElement && "filePicture" in event.target.dataset) event.target.remove();
  }, { capture: true });
  for (const picture of document.querySelectorAll("img[data-file-picture]")) {
    if (picture.complete && !picture.naturalWidth && picture.loading !== "lazy") picture.remove();
  }

  /* A frame cannot see which theme the page around it has, so it is told in its address. */
  function tellTheme() {
    const chosen = root.dataset.theme ?? (root.classList.contains("dark") ? "dark" : isManagement() ? "light" : "");
    for (const frame of document.querySelectorAll("iframe[data-message-frame]")) {
      const address = new URL(frame.src);
      if ((address.searchParams.get("theme") ?? "") === chosen) continue;
      if (chosen) address.searchParams.set("theme", chosen);
      else address.searchParams.delete("theme");
      frame.src = address.href;
    }
  }
  tellTheme();
  new MutationObserver(tellTheme).observe(root, { attributes: true, attributeFilter: ["class", "data-theme"] });
  document.addEventListener("attach:frames", tellTheme);

  for (const field of document.querySelectorAll("[data-attach]")) start(field);
  document.addEventListener("attach:start", (event) => start(event.target));
})();
