/* Keeps the number on the bell up to date while somebody looks at the page. */
(() => {
  "use strict";

  const EVERY = 45_000;
  const SELDOM = 600_000;
  const PATIENCE = 10_000;

  document.addEventListener("DOMContentLoaded", () => {
    const bell = document.querySelector("[data-bell]");
    if (!bell) return;
    const number = bell.querySelector("[data-bell-number]");
    const label = bell.querySelector("[data-bell-label]");
    const status = document.querySelector("[data-bell-status]");
    const title = document.title;
    let count = Number(bell.dataset.count);
    let wait = EVERY;
    let askedAt = Date.now();
    let timer = 0;
    let isAsking = false;

    function show(badge) {
      const isMore = badge.count > count;
      count = badge.count;
      number.textContent = badge.text;
      number.hidden = !count;
      label.textContent = badge.label;
      document.title = count ? `(${badge.text}) ${title}` : title;
      if (isMore) status.textContent = badge.label;
    }

    function plan() {
      clearTimeout(timer);
      if (wait && !document.hidden) timer = setTimeout(ask, Math.max(0, askedAt + wait - Date.now()));
    }

    /* Who was signed out asks no more; a server in trouble is asked less and less often. */
    async function ask() {
      if (isAsking) return;
      isAsking = true;
      askedAt = Date.now();
      try {
        const options = { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
        const answer = await fetch(bell.dataset.address, options);
        if (answer.ok) {
          show(await answer.json());
          wait = EVERY;
        } else {
          const isRefused = answer.type === "opaqueredirect" || [401, 403, 404].includes(answer.status);
          wait = isRefused ? 0 : Math.min(wait * 2, SELDOM);
        }
      } catch {
        wait = Math.min(wait * 2, SELDOM);
      }
      isAsking = false;
      plan();
    }

    document.addEventListener("visibilitychange", plan);
    window.addEventListener("pageshow", (event) => event.persisted && ask());
    show({ count, text: number.textContent, label: label.textContent });
    plan();
  });
})();
