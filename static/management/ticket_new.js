/* The page for a new ticket: choosing the customer; and what was opened is not shown again by going back. */
(() => {
  "use strict";

  const POSTED = "desk-new-ticket-posted"; // ticket.js makes it the next where the ticket is open
  const OPENED = "desk-new-ticket-opened";

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("[data-new-ticket]");
    const chosen = form.querySelector("[data-chosen]");
    const choosing = form.querySelector("[data-choosing]");
    const found = document.getElementById("new-found");

    function show(isChosen) {
      chosen.hidden = !isChosen;
      choosing.hidden = isChosen;
    }

    form.addEventListener("click", (event) => {
      const customer = event.target.closest("[data-customer]");
      if (customer) {
        form.elements.customer.value = customer.dataset.customer;
        chosen.querySelector("[data-chosen-name]").textContent = customer.dataset.name;
        chosen.querySelector("[data-chosen-email]").textContent = customer.dataset.email;
        found.replaceChildren();
        form.elements.email.dispatchEvent(new Event("input", { bubbles: true })); // which is not missing any more
        show(true);
        chosen.querySelector("[data-unchoose]").focus();
      } else if (event.target.closest("[data-unchoose]")) {
        form.elements.customer.value = "";
        show(false);
        document.getElementById("new-search").focus();
      }
    });
    /* Enter in the search must not send the form. */
    document.getElementById("new-search").addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    form.querySelector("[data-errors]")?.focus();

    const typed = () => JSON.stringify([form.elements.subject.value, form.elements.text.value]);
    form.addEventListener("submit", () => sessionStorage.setItem(POSTED, typed()));
    /* Browsers fill a form in again that one comes back to. */
    window.addEventListener("pageshow", () => {
      if (sessionStorage.getItem(OPENED) !== typed()) return;
      sessionStorage.removeItem(OPENED);
      form.reset();
      form.elements.customer.value = "";
      form.dispatchEvent(new Event("attach:reset"));
      show(false);
    });
  });
})();
