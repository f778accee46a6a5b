"use strict";
// Comfort only: every page does all it does without this file.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // Times in the viewer's own zone; the exact time stays in the title.
  const parts = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  const local = new Intl.DateTimeFormat(undefined, parts);
  const localWithYear = new Intl.DateTimeFormat(undefined, { ...parts, year: "numeric" });
  const times = (root) => all("time[datetime]", root).forEach((time) => {
    const moment = new Date(time.dateTime);
    const isRecent = Math.abs(Date.now() - moment) < 15552000000;
    if (!isNaN(moment)) time.textContent = (isRecent ? local : localWithYear).format(moment);
  });

  // Countdowns.
  const length = (seconds) => {
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
    return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
  };
  const countdown = () => all("[data-due]").forEach((due) => {
    const seconds = Math.round((new Date(due.dataset.due) - Date.now()) / 1000);
    const text = one("[data-text]", due);
    if (!text || isNaN(seconds)) return;
    const risk = due.classList.contains("yellow") ? "at risk, " : "";
    if ("short" in due.dataset) text.textContent = seconds < 0 ? `overdue ${length(-seconds)}` : `${risk.replace(",", "")}${length(seconds)}`;
    else text.textContent = seconds < 0 ? `overdue by ${length(-seconds)}` : `${risk}due in ${length(seconds)}`;
    if (seconds < 0) { due.classList.remove("yellow", "plain"); due.classList.add("red"); }
  });

  // Choices that act at once; the button stays for everybody else.
  const choices = (root) => all("[data-submit]", root).forEach((select) =>
    select.addEventListener("change", () => select.form.requestSubmit()));

  // What was typed is kept: five seconds after the last change, and when the page is left.
  const drafts = (root) => {
    const draft = one("form[data-draft]", root);
    if (!draft || !one("button[name=outcome]", draft)) return;
    const status = one("[data-saved]", draft);
    let timer = 0;
    let isChanged = false;
    const body = () => new URLSearchParams(new FormData(draft));
    const save = async () => {
      if (!isChanged) return;
      isChanged = false;
      delete draft.dataset.changed;
      try {
        const answer = await fetch(draft.dataset.draft, { method: "POST", body: body(), redirect: "manual" });
        const isSaved = answer.type === "opaqueredirect" || answer.ok;
        status.textContent = isSaved ? "Draft saved" : "Not saved: load the page again";
        if (!isSaved) draft.dataset.changed = "";
      } catch {
        isChanged = true;
        draft.dataset.changed = "";
        status.textContent = "Not saved: no connection";
      }
    };
    draft.addEventListener("input", () => {
      isChanged = true;
      draft.dataset.changed = "";
      status.textContent = "";
      clearTimeout(timer);
      timer = setTimeout(save, 5000);
    });
    draft.addEventListener("submit", () => { clearTimeout(timer); isChanged = false; });
    addEventListener("pagehide", () => { if (isChanged) navigator.sendBeacon(draft.dataset.draft, body()); });
  };

  // Copying.
  const copies = (root) => all("[data-copy]", root).forEach((block) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(block.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    block.after(button);
  });

  // Keys: single ones are dead while somebody types, and can be switched off.
  const store = { get: () => { try { return localStorage.getItem("keys"); } catch { return null; } },
    set: (value) => { try { localStorage.setItem("keys", value); } catch { /* private window: for this page only */ } } };
  let isOn = store.get() !== "off";
  const switches = (root) => {
    const toggle = one("[data-keys-switch]", root);
    if (!toggle) return;
    const show = () => { toggle.textContent = isOn ? "Switch single keys off" : "Switch single keys on"; };
    toggle.hidden = false;
    toggle.addEventListener("click", () => { isOn = !isOn; store.set(isOn ? "on" : "off"); show(); });
    show();
  };
  // The overview of keys, over the page.
  const overview = async () => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", "Keys");
    try {
      const page = new DOMParser().parseFromString(await (await fetch("/keys")).text(), "text/html");
      const close = document.createElement("form");
      close.method = "dialog";
      close.innerHTML = "<button autofocus>Close <kbd>Esc</kbd></button>";
      dialog.append(one("[data-keys]", page), close);
    } catch { return location.assign("/keys"); }
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    setUp(dialog);
    dialog.showModal();
  };
  const press = (key) => {
    const target = all(`[data-key="${key}"]`).find((one) => one.offsetParent);
    if (!target) return false;
    if (target.matches("input")) { target.focus(); target.select(); } else target.click();
    if (key === "e") one("#release-note")?.focus();
    return true;
  };
  const move = (step) => {
    const rows = all("[data-row]");
    if (rows.length === 0) return false;
    const at = rows.indexOf(document.activeElement);
    const current = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[Math.min(rows.length - 1, Math.max(0, current + step))].focus();
    return true;
  };
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (press("Ctrl+Enter")) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !isOn || one("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    let isDone = false;
    if (event.key === "j") isDone = move(1);
    else if (event.key === "k") isDone = move(-1);
    else if (event.key === "?") { overview(); isDone = true; }
    else if (["n", "e", "r", "/"].includes(event.key)) isDone = press(event.key);
    if (isDone) event.preventDefault();
  });

  // Menus close when one looks away.
  addEventListener("click", (event) => all("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") all("details.menu[open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
  });

  // Where to begin: what is wrong first, else the first empty field.
  const setUp = (root) => [times, choices, drafts, copies, switches].forEach((part) => part(root));
  setUp(document);
  countdown();
  // What has come later: `live.js` tells of it.
  addEventListener("fresh", (event) => { setUp(event.target); countdown(); });
  setInterval(countdown, 15000);
  // After `load`: until then the browser itself moves the focus to what the address names.
  addEventListener("load", () => setTimeout(() => {
    const wrong = one("#problem");
    if (wrong) return wrong.focus();
    if (location.hash !== "#work") return;
    all(".form input:not([readonly]):not([type=checkbox])").find((input) => input.value === "")?.focus();
  }, 0));
})();
