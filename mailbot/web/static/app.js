// Keys, boxes that light up, and nothing typed lost. Everything works without it, with the mouse and a reload more.
"use strict";
(() => {
  const page = document.body.dataset.page;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);
  const typing = (element) => element && element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

  // The queue: a row is chosen with j and k, and stays chosen when the list refreshes.
  let chosen = sessionStorage.getItem("queue-row") || "";
  const rows = () => all("tr[data-entry]");
  function choose(row) {
    rows().forEach((other) => other.classList.toggle("here", other === row));
    if (!row) return;
    chosen = row.dataset.entry;
    sessionStorage.setItem("queue-row", chosen);
    row.scrollIntoView({ block: "nearest" });
    const link = one("a.row", row);
    if (link) link.focus({ preventScroll: true });
  }
  function step(by) {
    const list = rows();
    const at = list.findIndex((row) => row.dataset.entry === chosen && row.classList.contains("here"));
    choose(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
  }
  function countTicks() {
    const ticks = all("input[name=entry]");
    const box = one("[data-bulk]");
    if (!box) return;
    const number = ticks.filter((tick) => tick.checked).length;
    box.hidden = number === 0;
    one("[data-count]", box).textContent = number;
  }
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) all("input[name=entry]").forEach((tick) => { tick.checked = event.target.checked; });
    if (event.target.matches("[data-all], input[name=entry]")) countTicks();
  });
  // A list that refreshes must not take away what is ticked or focused.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id === "rows" && (one("input[name=entry]:checked") || event.target.contains(document.activeElement) && typing(document.activeElement))) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "rows") {
      const row = rows().find((other) => other.dataset.entry === chosen);
      if (row) row.classList.add("here");
    }
    if (event.target.id === "form") {
      const form = one("form", event.target);
      if (!form) return;
      all("[data-action]").forEach((link) => link.classList.toggle("chosen", link.dataset.action === form.dataset.form));
      restore(form);
      form.scrollIntoView({ block: "nearest" });
      const first = one("#asked input:not([type=hidden]):not(:disabled), #asked textarea, #asked select", form) || one("[data-submit]", form);
      if (first) first.focus({ preventScroll: true });
    }
  });

  one(".strip [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

  // Nothing typed is lost when a session ends: kept in this tab until it is sent.
  const draftKey = (form) => `draft ${location.pathname} ${form.dataset.form}`;
  const editKey = (field) => `edit ${location.pathname}${location.search} ${field.name}`;
  all(".edit [name^='set.']").forEach((field) => {
    const kept = sessionStorage.getItem(editKey(field));
    if (kept !== null && kept !== field.value) { field.value = kept; field.closest("details").open = true; }
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest(".edit form")) { sessionStorage.setItem(editKey(event.target), event.target.value); return; }
    const form = event.target.closest("form[data-form]");
    if (!form || !event.target.name || event.target.type === "file") return;
    const kept = {};
    all("#asked input:not([type=hidden], [type=file]), #asked textarea, #asked select", form).forEach((field) => {
      if (field.type === "checkbox" || field.type === "radio") { if (field.checked) kept[`${field.name}=${field.value}`] = true; } else kept[field.name] = field.value;
    });
    sessionStorage.setItem(draftKey(form), JSON.stringify(kept));
  });
  function restore(form) {
    const said = sessionStorage.getItem(draftKey(form));
    if (!said) return;
    const kept = JSON.parse(said);
    let changed = false;
    all("#asked input:not([type=hidden], [type=file]), #asked textarea, #asked select", form).forEach((field) => {
      if (field.type === "checkbox" || field.type === "radio") { if (kept[`${field.name}=${field.value}`]) { field.checked = true; changed = true; } } else if (field.name in kept && kept[field.name] !== field.value) { field.value = kept[field.name]; changed = true; }
    });
    if (changed) one("#asked", form).dispatchEvent(new Event("change", { bubbles: true }));
  }
  all("#form form[data-form]").forEach(restore);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[data-form]")) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      sessionStorage.setItem("decided", draftKey(form));
    }
    if (form.closest(".edit")) sessionStorage.setItem("decided", editKey(one("[name^='set.']", form)));
    if (form.getAttribute("action") === "/logout") sessionStorage.clear();
  });
  if (one(".flash:not(.wrong)") && sessionStorage.getItem("decided")) {
    sessionStorage.removeItem(sessionStorage.getItem("decided"));
    sessionStorage.removeItem("decided");
  }
  window.addEventListener("pageshow", () => all("form[data-form]").forEach((form) => delete form.dataset.sent));

  // A field and its box on the page light up together.
  function light(field, scroll) {
    all(".lit").forEach((element) => element.classList.remove("lit"));
    if (!field) return;
    all(`[data-field="${CSS.escape(field)}"]`).forEach((element) => {
      element.classList.add("lit");
      if (scroll && element.matches(".box") && scroll === "box") showBox(element);
      if (scroll === "row" && element.matches("tr")) element.scrollIntoView({ block: "center" });
    });
  }
  function showBox(box) {
    const pages = box.closest(".pages, .text");
    const at = box.getBoundingClientRect(), frame = pages.getBoundingClientRect();
    if (at.top < frame.top || at.bottom > frame.bottom) pages.scrollTop += at.top - frame.top - frame.height / 3;
  }
  document.addEventListener("pointerover", (event) => {
    const row = event.target.closest("tr[data-field]"), box = event.target.closest(".box");
    if (row) light(row.dataset.field, "box"); else if (box) light(box.dataset.field);
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-field]");
    if (row) light(row.dataset.field, "box");
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest(".box");
    if (box) light(box.dataset.field, "row");
  });

  // Undo is offered until the mail leaves.
  const undo = one("form[data-until]");
  if (undo && undo.dataset.until) {
    let left = Math.floor((new Date(undo.dataset.until) - new Date(undo.dataset.now)) / 1000);
    const tick = () => {
      if (left <= 0) { undo.remove(); return; }
      one(".countdown", undo).textContent = `${left} s`;
      left -= 1;
      setTimeout(tick, 1000);
    };
    tick();
  }

  // Keys
  function doubtful(by) {
    const list = all("tr[data-doubtful]");
    if (!list.length) return false;
    const at = list.findIndex((row) => row.contains(document.activeElement));
    const next = at + by;
    if (at >= 0 && (next < 0 || next >= list.length)) return false;
    list[at < 0 ? 0 : next].focus();
    list[at < 0 ? 0 : next].scrollIntoView({ block: "center" });
    return true;
  }
  function press(selector) {
    const found = one(selector);
    if (found) found.click();
    return Boolean(found);
  }
  function kind(number) {
    const set = () => {
      const select = one("#form select[name=kind]");
      if (!select) return false;
      select.selectedIndex = number;
      select.dispatchEvent(new Event("change", { bubbles: true }));
      select.focus();
      return true;
    };
    if (set()) return;
    document.addEventListener("htmx:afterSettle", set, { once: true });
    press("[data-action=correct]");
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const submit = one("#form [data-submit]:not(:disabled)");
      if (submit) { event.preventDefault(); submit.click(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const dialog = one("dialog[open]");
    if (event.key === "Escape" && typing(document.activeElement)) { document.activeElement.blur(); return; }
    if (typing(event.target) || dialog) return;
    const keys = {
      "j": () => page === "queue" ? step(1) : go("after"),
      "k": () => page === "queue" ? step(-1) : go("before"),
      "u": () => press("form[data-until] button"),
      "/": () => { const field = one("input[data-key='/']"); if (field) field.focus(); },
      "?": () => { const keysDialog = one("#keys"); if (keysDialog) keysDialog.showModal(); else location.href = "/help"; },
    };
    if (page === "entry") {
      for (const link of all("[data-action][data-key]")) if (!(link.dataset.key in keys)) keys[link.dataset.key] = () => link.click();
      if (/^[1-9]$/.test(event.key)) keys[event.key] = () => kind(Number(event.key));
      if (event.key === "Tab" && (document.activeElement === document.body || document.activeElement.matches("main, tr[data-doubtful]"))) {
        if (doubtful(event.shiftKey ? -1 : 1)) event.preventDefault();
        return;
      }
    }
    if (event.key in keys) { event.preventDefault(); keys[event.key](); }
  });
  function go(where) {
    const to = document.body.dataset[where];
    if (to) location.href = to;
  }
  document.documentElement.dataset.ready = "yes";
})();
