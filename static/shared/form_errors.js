/* What is wrong with a field is no longer said once the field was changed; the server looks at it again when it is sent.
   The text of an error has an id that ends in "error" and is named in the field's aria-describedby (or in that of the
   fieldset around it); a summary above the form has lines that link to the field, or data-error-of="its name". */
(() => {
  "use strict";

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
})();
