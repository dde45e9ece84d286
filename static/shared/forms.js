/* Forms that are sent by the browser: what is wrong with a field is no longer said once the field was changed; nothing
   can be changed while a form is on its way, because that would be lost with the page; and the token is the newest.

   The text of an error has an id that ends in "error" and is named in the field's aria-describedby (or in that of the
   fieldset around it); a summary above the form has lines that link to the field, or data-error-of="its name". */
(() => {
  "use strict";

  const PATIENCE = 20_000;

  function forgive(field) {
    for (const marked of [field, field.closest("fieldset")]) {
      const ids = (marked?.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
      const errors = ids.filter((id) => id.endsWith("error"));
      if (!errors.length) continue;
      for (const id of errors) document.getElementById(id)?.remove();
      const rest = ids.filter((id) => !errors.includes(id));
      if (rest.length) marked.setAttribute("aria-describedby", rest.join(" "));
      else marked.removeAttribute("aria-describedby");
    }
    field.removeAttribute("aria-invalid");
    field.closest(".field-wrong")?.classList.remove("field-wrong");
    const [id, name] = [field.id, field.name].map((word) => CSS.escape(word || "none"));
    for (const told of document.querySelectorAll(`[role=alert] a[href="#${id}"], [data-error-of="${name}"]`)) {
      const summary = told.closest("[role=alert]");
      told.closest("li").remove();
      if (summary && !summary.querySelector("li")) summary.remove();
    }
  }

  document.addEventListener("input", ({ target }) => {
    if (target.matches("[aria-invalid=true], .field-wrong *, fieldset[aria-describedby$=error] *")) forgive(target);
  });

  function freeze(form, isFrozen) {
    form.setAttribute("aria-busy", String(isFrozen));
    for (const field of form.elements) {
      if (field.type === "submit") field.disabled = isFrozen;
      else if ("readOnly" in field) field.readOnly = isFrozen;
    }
  }

  /* It changes when somebody signs in again in another tab. */
  function renewToken(field) {
    const found = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    if (field && found) field.value = decodeURIComponent(found.split("=")[1]);
  }

  document.addEventListener("submit", (event) => {
    renewToken(event.target.elements.csrfmiddlewaretoken);
    setTimeout(() => { // after the browser has read the form, and the other scripts had their say
      const { target: form, defaultPrevented: isOurs } = event;
      if (isOurs || form.method !== "post" || form.target) return;
      freeze(form, true);
      setTimeout(() => freeze(form, false), PATIENCE); // for whoever stopped it
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form[aria-busy=true][method=post]")) freeze(form, false);
  });
})();
