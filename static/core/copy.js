/* Buttons that copy what a field shows: <button data-copy="id of the field" data-copied="…" data-failed="…" hidden>. */
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.textContent;
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.focus();
    field.select();
    let done = false;
    try {
      await navigator.clipboard.writeText(field.value);
      done = true;
    } catch {
      done = document.execCommand("copy"); // pages without TLS have no clipboard of their own
    }
    button.textContent = done ? button.dataset.copied : button.dataset.failed;
    setTimeout(() => (button.textContent = words), 4000);
  });
}
