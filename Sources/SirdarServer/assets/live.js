"use strict";
// What happens, as it happens. A page without this file shows it when it is loaded again.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const line = one("[data-line]");
  if (!line || !("head" in document.body.dataset) || !one("[data-live]")) return;

  // MARK: The line to the server: one for all pages of a browser, held by one of them.
  let last = Number(document.body.dataset.head);
  let pause = 1;
  let leads = false;
  const others = "BroadcastChannel" in window ? new BroadcastChannel("sirdar") : null;
  const say = (word, isUp) => {
    line.hidden = false;
    line.className = `live ${isUp ? "up" : "down"}`;
    line.textContent = `${isUp ? "●" : "○"} ${word}`;
  };
  const up = () => { pause = 1; say("live", true); };
  const hear = (change) => { last = Math.max(last, change.sequence); if (concerns(change)) refreshSoon(); };

  const open = () => {
    const source = new EventSource(`/v1/stream?after=${last}`);
    const tell = (message) => { others?.postMessage(message); };
    source.onopen = () => { up(); tell({ up: true, last }); };
    source.addEventListener("change", (event) => {
      const change = JSON.parse(event.data);
      hear(change);
      tell({ change });
    });
    source.addEventListener("reset", (event) => { last = Number(event.lastEventId); refreshSoon(); tell({ last }); });
    source.onerror = () => { source.close(); lost(tell); };
    addEventListener("pagehide", () => source.close(), { once: true });
  };
  // Says how long it is to the next try, and tries.
  const lost = async (tell) => {
    let isOut = false;
    try { isOut = (await fetch("/v1/people/me")).status === 401; } catch { /* no connection: that is what is said */ }
    let seconds = pause;
    pause = Math.min(pause * 2, 30);
    const count = () => {
      const word = isOut ? "signed out: load the page to sign in" : `live updates paused, retrying in ${seconds} s`;
      say(word, false);
      tell({ down: word });
      if (isOut) return;
      if (seconds-- > 0) setTimeout(count, 1000);
      else open();
    };
    count();
  };
  others?.addEventListener("message", ({ data }) => {
    if (data.asks && leads) others.postMessage({ up: line.classList.contains("up"), last });
    if (leads) return;
    if (data.up) up();
    if (data.down) say(data.down, false);
    if (data.last > last) { last = data.last; refreshSoon(); }
    if (data.change) hear(data.change);
  });
  const lead = () => { leads = true; open(); return new Promise(() => {}); };
  if (navigator.locks && others) {
    navigator.locks.request("sirdar", lead);
    others.postMessage({ asks: true });
  } else lead();

  // MARK: What concerns this page
  const silent = ["task.drafted", "task.ticked", "task.unticked", "task.commented", "task.reminded"];
  const concerns = (change) => all("[data-live]").some((part) => {
    switch (part.dataset.live) {
      case "tasks": return change.kind === "task" && !silent.includes(change.action);
      case "task": return change.instance === part.dataset.instance;
      case "story": return [change.request, change.instance].includes(part.dataset.of);
      default: return true;
    }
  });

  // MARK: Reading the page again, and taking over what is new
  let timer = 0;
  let isReading = false;
  let isStale = false;
  let took = 0;
  // The longer the server needs, the seldomer it is asked.
  const refreshSoon = () => {
    isStale = true;
    if (timer || isReading) return;
    timer = setTimeout(refresh, Math.max(150, 4 * took));
  };
  const refresh = async () => {
    timer = 0;
    isReading = true;
    isStale = false;
    const start = performance.now();
    try {
      const answer = await fetch(one("[data-page]")?.dataset.page ?? location.href);
      if (answer.ok && !answer.redirected) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { isStale = true; }
    took = performance.now() - start;
    isReading = false;
    if (isStale) refreshSoon();
  };
  const take = (page) => all("[data-live]").forEach((part) => {
    const name = part.dataset.live;
    const now = part.id ? page.getElementById(part.id) : one(`[data-live="${name}"]`, page);
    if (!now) return;
    if (name === "tasks") takeList(part, now);
    else if (name === "task") takeTask(part, now);
    else takePart(part, now);
  });
  const fresh = (part) => part.dispatchEvent(new Event("fresh", { bubbles: true }));

  // A part with nothing to keep, but for what is open and what has the focus.
  const takePart = (part, now) => {
    if (part.innerHTML === now.innerHTML || part.shown === now.innerHTML) return;
    if (part.contains(document.activeElement) && document.activeElement !== part) return;
    const wasOpen = all("details", part).map((details) => details.open);
    part.shown = now.innerHTML;
    part.replaceChildren(...now.childNodes);
    all("details", part).forEach((details, at) => { details.open = wasOpen[at] ?? details.open; });
    fresh(part);
  };

  // The list: rows change where they are; what comes or goes waits until somebody asks for it.
  const rows = (list) => new Map(all("[data-id]", list).map((row) => [row.dataset.id, row]));
  const takeList = (list, now) => {
    const [have, get] = [rows(list), rows(now)];
    const changed = [...have].filter(([id, row]) => get.has(id) && takeRow(row, get.get(id))).length;
    const gone = [...have].filter(([id]) => !get.has(id));
    const more = [...get.keys()].filter((id) => !have.has(id)).length;
    gone.forEach(([, row]) => row.classList.add("gone"));
    const kept = [...have.keys()].filter((id) => get.has(id)).join();
    const isMoved = kept !== [...get.keys()].filter((id) => have.has(id)).join();
    const words = [more && `${more} new`, gone.length && `${gone.length} gone`, isMoved && "another order"].filter(Boolean);
    const note = one("[data-fresh]", list);
    note.hidden = words.length === 0;
    one("span", note).textContent = words.join(", ");
    one("button", note).onclick = () => showAll(list, now);
    if (have.size === 0 && get.size > 0) showAll(list, now);
    announce(more, gone.length, changed);
  };
  const takeRow = (row, now) => {
    const [link, other] = [one("a", row), one("a", now)];
    row.classList.remove("gone");
    if (row.shown === other.innerHTML) return false;
    const isNew = row.shown !== undefined || text(link) !== text(other);
    row.shown = other.innerHTML;
    if (!isNew) return false;
    // The link itself stays: it may have the focus.
    link.innerHTML = other.innerHTML;
    fresh(row);
    return true;
  };
  // Countdowns run by themselves; they are no news.
  const text = (row) => { const copy = row.cloneNode(true); all("[data-text]", copy).forEach((one) => one.remove()); return copy.textContent; };
  const showAll = (list, now) => {
    const id = document.activeElement.closest?.("[data-id]")?.dataset.id;
    const isAsked = one("[data-fresh]", list).contains(document.activeElement);
    const chosen = one("[aria-current=true].row", list)?.closest("[data-id]")?.dataset.id;
    one(".rows", list).replaceChildren(...one(".rows", now).cloneNode(true).children);
    one(".empty", list)?.remove();
    one("[data-fresh]", list).hidden = true;
    const found = rows(list);
    if (chosen) one("a", found.get(chosen) ?? list)?.setAttribute("aria-current", "true");
    const target = id ? found.get(id) : isAsked ? list : null;
    if (target) one("a.row", target)?.focus();
    fresh(list);
  };

  // A task: what stands beside the work changes by itself; the work only where nobody is typing.
  const takeTask = (task, now) => {
    const parts = all("[data-part]", task);
    if (task.dataset.stamp === now.dataset.stamp) {
      return all("[data-part]", now).forEach((part, at) => parts[at] && takePart(parts[at], part));
    }
    const isWorkedOn = one("button[name=outcome]", task) && (one("form[data-changed]", task) || one("#problem", task)
      || document.activeElement.matches("article input, article textarea, article select"));
    if (isWorkedOn) return tell(task, now);
    showTask(task, now);
  };
  const showTask = (task, now) => {
    const hadFocus = task.contains(document.activeElement);
    const other = now.cloneNode(true);
    const typed = new FormData(one("form[data-changed]", task) ?? undefined);
    task.replaceWith(other);
    // What was typed and not kept stays to be seen, also where it can no longer be sent.
    typed.forEach((value, name) => {
      const field = one(`[name="${CSS.escape(name)}"]`, other);
      if (name.startsWith("value.") && field && field.type !== "checkbox") field.value = value;
    });
    fresh(other);
    if (hadFocus) other.focus();
    heard(`${one("h1", other).textContent}: ${one(".head .badge", other).textContent}`);
  };
  const tell = (task, now) => {
    one(".changed", task)?.remove();
    const note = document.createElement("div");
    note.className = "notice changed";
    note.setAttribute("role", "status");
    const why = one("#work > .notice", now)?.textContent ?? "This task has changed. What you typed is kept.";
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.key = "r";
    button.innerHTML = "Show it <kbd>r</kbd>";
    button.onclick = () => showTask(task, now);
    note.append(why, " ", button);
    one("#work", task).prepend(note);
  };

  // MARK: For those who listen: a sentence, every five seconds at most
  let waiting = "";
  let isQuiet = false;
  const heard = (sentence) => {
    waiting = sentence;
    if (isQuiet) return;
    one("[data-heard]").textContent = waiting;
    waiting = "";
    isQuiet = true;
    setTimeout(() => { isQuiet = false; if (waiting) heard(waiting); }, 5000);
  };
  const announce = (more, gone, changed) => {
    const words = [more && `${more} new`, gone && `${gone} gone`, changed && `${changed} changed`].filter(Boolean);
    if (words.length > 0) heard(`Tasks: ${words.join(", ")}.`);
  };
})();
