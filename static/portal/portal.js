// The portal works without this script; it adds the choice of light and dark, a menu that closes, and small services.
"use strict";

const root = document.documentElement;

function chosenTheme() {
  const found = document.cookie.match(/(?:^|; )desk_theme=(light|dark)/);
  return found ? found[1] : "auto";
}

// The choice is a cookie, because the server then writes it into the page: nothing flashes.
function chooseTheme(theme) {
  const age = theme === "auto" ? 0 : 365 * 24 * 3600;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `desk_theme=${theme}; path=/; max-age=${age}; samesite=lax${secure}`;
  showTheme(theme);
}

function showTheme(theme) {
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-themes] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

for (const group of document.querySelectorAll("[data-themes]")) {
  group.hidden = false;
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) chooseTheme(button.value);
  });
}
showTheme(chosenTheme());

for (const menu of document.querySelectorAll("[data-menu]")) {
  const close = () => { menu.open = false; };
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      close();
      menu.querySelector("summary").focus();
    }
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) close();
  });
}

for (const field of document.querySelectorAll("[data-time-zone]")) {
  if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}
