// Inline panels, menus, tabs: parts of a page that open in place.

/** @param {string} id @returns {boolean} */
export function openPanel(id) {
  const panel = document.getElementById(id);
  if (!panel) {
    return false;
  }
  opener = /** @type {HTMLElement | null} */ (document.activeElement);
  panel.hidden = false;
  mark(id, true);
  panel.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
  return true;
}

/** @type {HTMLElement | null} what had the focus before the last panel opened */
let opener = null;

/** @param {HTMLElement} panel */
function closePanel(panel) {
  panel.hidden = true;
  mark(panel.id, false);
  opener?.focus();
}

/** @param {string} id @param {boolean} open */
function mark(id, open) {
  for (const button of document.querySelectorAll(`[data-panel][aria-controls="${id}"]`)) {
    button.setAttribute("aria-expanded", String(open));
  }
}

/** Closes a menu, else a panel. @returns {boolean} whether there was one */
export function closeTopmost() {
  const menu = /** @type {HTMLDetailsElement | null} */ (document.querySelector("details[data-menu][open]"));
  if (menu) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
    return true;
  }
  const panels = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".panel:not([hidden])"));
  const last = panels[panels.length - 1];
  if (last) {
    closePanel(last);
  }
  return last !== undefined;
}

/** @param {Element} button */
function toggle(button) {
  const panel = document.getElementById(button.getAttribute("aria-controls") ?? "");
  if (panel && !panel.hidden) {
    closePanel(panel);
    return;
  }
  const menu = /** @type {HTMLDetailsElement | null} */ (button.closest("details[data-menu]"));
  openPanel(panel?.id ?? "");
  if (menu) {
    menu.open = false;
    opener = menu.querySelector("summary");
  }
}

export function watchPanels() {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const button = target.closest("[data-panel]");
    if (button) {
      toggle(button);
    }
    if (target.closest("[data-panel-close]")) {
      closePanel(/** @type {HTMLElement} */ (target.closest(".panel")));
    }
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(target)) {
        /** @type {HTMLDetailsElement} */ (menu).open = false;
      }
    }
    const more = target.closest("[data-action-more]");
    if (more) {
      const bar = more.closest("[data-action-bar]");
      bar?.classList.add("action-bar-open");
      /** @type {HTMLElement | null} */ (bar?.querySelector(".action-bar-buttons > :nth-child(3)") ?? null)?.focus();
    }
  });
}

/** @param {HTMLElement} list */
function tabList(list) {
  const tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
  const panelOf = (/** @type {HTMLElement} */ tab) => document.getElementById(tab.getAttribute("aria-controls") ?? "");
  const show = (/** @type {HTMLElement} */ chosen, focus = true) => {
    for (const tab of tabs) {
      const open = tab === chosen;
      tab.setAttribute("aria-selected", String(open));
      tab.tabIndex = open ? 0 : -1;
      const panel = panelOf(tab);
      if (panel) {
        panel.hidden = !open;
      }
    }
    if (focus) {
      chosen.focus();
    }
    panelOf(chosen)?.dispatchEvent(new CustomEvent("marshrut:shown", { bubbles: true }));
  };
  const meant = tabs.find((tab) => tab.getAttribute("aria-controls") === location.hash.slice(1));
  show(meant ?? tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0], false);
  if (meant) {
    list.scrollIntoView({ block: "center" });
  }
  list.addEventListener("click", (event) => {
    const tab = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest('[role="tab"]'));
    if (tab) {
      show(tab);
    }
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.code];
    const place = tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (step && place >= 0) {
      show(tabs[(place + step + tabs.length) % tabs.length]);
      event.preventDefault();
    }
  });
}

export function watchTabs() {
  for (const list of document.querySelectorAll("[data-tabs]")) {
    tabList(/** @type {HTMLElement} */ (list));
  }
}

/** Groups that the reader opened stay open when htmx brings the list anew. */
export function keepGroupsOpen() {
  /** @type {Set<string>} */
  const open = new Set();
  document.addEventListener(
    "toggle",
    (event) => {
      const group = /** @type {HTMLDetailsElement} */ (event.target);
      if (group.dataset.keepOpen) {
        open[group.open ? "add" : "delete"](group.dataset.keepOpen);
      }
    },
    true,
  );
  document.addEventListener("htmx:afterSwap", () => {
    for (const key of open) {
      const group = /** @type {HTMLDetailsElement | null} */ (document.querySelector(`[data-keep-open="${key}"]`));
      if (group) {
        group.open = true;
      }
    }
  });
}
