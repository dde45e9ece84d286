// A canned reply as the customer would read it, while it is written; buttons put variables into its text.
const EXAMPLE_VARIABLE = /\{\{\s*([a-z_]+)\s*\}\}/g;

function showExample(body, panel) {
    const shown = panel.querySelector("[data-preview-text]");
    const values = new Map(
        [...panel.querySelectorAll("[data-variable]")].map((button) => [button.dataset.variable, button.dataset.example]),
    );
    const department = document.getElementById("id_department");
    if (department?.value) {
        values.set("department", department.selectedOptions[0].text);
    }
    shown.replaceChildren();
    let end = 0;
    for (const found of body.value.matchAll(EXAMPLE_VARIABLE)) {
        const mark = document.createElement("mark");
        mark.textContent = values.get(found[1]) ?? found[0];
        mark.classList.toggle("is-unknown", !values.has(found[1]));
        shown.append(body.value.slice(end, found.index), mark);
        end = found.index + found[0].length;
    }
    shown.append(body.value.slice(end) || (end ? "" : shown.dataset.empty));
    shown.classList.toggle("is-empty", !body.value);
}

function insertVariable(body, name) {
    body.setRangeText(`{{${name}}}`, body.selectionStart, body.selectionEnd, "end");
    body.focus();
    body.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("DOMContentLoaded", () => {
    const body = document.querySelector("[data-canned-body]");
    const panel = document.querySelector("[data-canned-example]");
    if (!body || !panel) {
        return;
    }
    body.after(panel);
    panel.querySelector("[data-preview]").hidden = false;
    const show = () => showExample(body, panel);
    body.addEventListener("input", show);
    document.getElementById("id_department")?.addEventListener("change", show);
    panel.addEventListener("click", (event) => {
        const button = event.target.closest("[data-variable]");
        if (button) {
            insertVariable(body, button.dataset.variable);
        }
    });
    show();
});
