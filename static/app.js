// What htmx does not do: keys, boxes ticked together, one send at a time. Every page works without it.
(() => {
  "use strict";
  const typing = (el) => el.matches("input, textarea, select, [contenteditable]");
  const first = (selector, within = document) => within.querySelector(selector);
  // The button that sends what one is in. A form of several parts is sent by the open part one is in, and by no other.
  const sender = (form, at) => {
    if (!form.matches("[data-parts]")) return first("[data-send]", form);
    const part = at.closest("details[open], fieldset");
    return part && form.contains(part) ? first("button:not([type=button])", part) : null;
  };

  document.addEventListener("keydown", (event) => {
    // "/" goes to the search field of the page.
    if (event.key === "/" && !typing(event.target)) {
      const field = first("[data-search]");
      if (field) { event.preventDefault(); field.focus(); field.select(); }
    }
    // Ctrl+Enter sends the form one is in, or the page's main one.
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.closest("form") || first("form[data-main]");
      const button = form && sender(form, event.target);
      if (form) event.preventDefault();
      if (button || form?.matches(":not([data-parts])")) form.requestSubmit(button || undefined);
    } else if (event.key === "Enter" && !event.isComposing && event.target.matches("[data-parts] input")) {
      // Enter alone would press the first button of the form, whichever part one is in.
      event.preventDefault();
      const { form } = event.target;
      const button = sender(form, event.target);
      if (button) form.requestSubmit(button);
    }
    // Arrows walk from a search field into what was found, and in it.
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const field = event.target.closest("[data-found]");
      const list = field ? document.getElementById(field.dataset.found) : event.target.closest(".found");
      if (!list) return;
      const options = [...list.querySelectorAll("button, a")];
      if (!options.length) return;
      const at = options.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
      if (at < 0) first(`[data-found="${list.id}"]`)?.focus();
      else options[Math.min(at, options.length - 1)].focus();
    }
    // Escape closes what is open.
    if (event.key === "Escape") {
      const open = event.target.closest("details[open]");
      if (open) { open.open = false; first("summary", open).focus(); }
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    for (const open of document.querySelectorAll(".me[open], .more[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-all]");
    if (all) {
      for (const box of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
    }
  });

  // The numbers beside a long text grow with it; after a refusal, the line at fault is chosen.
  const numbered = first("[data-lines]");
  if (numbered) {
    const numbers = numbered.previousElementSibling;
    const count = () => {
      const lines = numbered.value.split("\n").length + 8;
      while (numbers.children.length < lines) {
        numbers.append(Object.assign(document.createElement("li"), { textContent: numbers.children.length + 1 }));
      }
      numbered.rows = lines;
    };
    numbered.addEventListener("input", count);
    const line = Number(numbered.dataset.line || 0);
    if (line > 0) {
      const before = numbered.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
      numbered.setSelectionRange(before, before + (numbered.value.split("\n")[line - 1] || "").length);
      numbers.children[line - 1]?.scrollIntoView({ block: "center" });
    }
  }

  // A second click sends nothing a second time (and would change nothing if it did: the form has its key).
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // What opens beside this page leaves it as it is: a look ahead is no act.
    if (form.method !== "post" || event.submitter?.formTarget === "_blank") return;
    if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    form.setAttribute("aria-busy", "true");
    setTimeout(() => form.removeAttribute("aria-busy"), 8000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("[aria-busy=true]")) form.removeAttribute("aria-busy");
  });

  // Where the menu is wider than the screen, the page one is on stands in its middle.
  const here = first(".menu ul [aria-current]");
  const row = here?.closest("ul");
  if (row && row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;

  // What stands in a search field gives way to what is typed or scanned next.
  const search = first("[data-search][autofocus]");
  if (search) { search.focus(); search.select(); }

  // After a refusal, the first field that is wrong, else what was said.
  const wrong = first("[aria-invalid=true]") || first("[data-focus]");
  if (wrong) {
    wrong.focus();
    // A part of the page that the address names takes the focus once everything is there.
    if (location.hash) window.addEventListener("load", () => requestAnimationFrame(() => wrong.focus({ preventScroll: true })));
  }
})();
