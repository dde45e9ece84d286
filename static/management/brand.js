/* Colours of a brand: a picker beside the text, and a note on how well the colour reads (WCAG 2.2, 1.4.3). */
(() => {
  "use strict";

  const HEX = /^#[0-9a-f]{6}$/i;

  function luminance(colour) {
    const [red, green, blue] = [1, 3, 5]
      .map((start) => parseInt(colour.slice(start, start + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  function enhance(input) {
    const picker = document.createElement("input");
    picker.type = "color";
    picker.className = "colour-picker";
    picker.setAttribute("aria-label", input.dataset.picker);
    const sample = document.createElement("span");
    sample.className = "colour-sample";
    sample.textContent = input.dataset.sample;
    const note = document.createElement("span");
    note.className = "colour-note";
    note.setAttribute("role", "status");
    const row = document.createElement("div");
    row.className = "colour-row";
    input.before(row);
    row.append(input, picker, sample);
    row.after(note);

    function show() {
      const colour = input.value.trim();
      const known = HEX.test(colour);
      sample.hidden = !known;
      note.textContent = "";
      if (!known) return;
      picker.value = colour;
      sample.style.background = colour;
      sample.style.color = contrast(colour, "#ffffff") >= contrast(colour, "#10131a") ? "#ffffff" : "#10131a";
      const ratio = contrast(colour, "#ffffff");
      note.textContent = `${ratio.toFixed(1)} : 1 – ${ratio >= 4.5 ? input.dataset.good : input.dataset.weak}`;
    }

    picker.addEventListener("input", () => {
      input.value = picker.value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
    input.addEventListener("input", show);
    show();
  }

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-colour]").forEach(enhance));
})();
