// The frame of the page: who is signed in, where they are, and the view that shows it.

import { h, fill } from "./dom.js";
import { door } from "./door.js";
import { events } from "./events.js";
import { exports } from "./exports.js";
import { loading, select, trouble } from "./parts.js";
import { record } from "./record.js";
import { records } from "./records.js";
import { review, reviews } from "./reviews.js";
import { choose, come_back, is_back, is_signed_in, leave, session, when_ended } from "./session.js";
import { settings } from "./settings.js";
import { current, speak, t, when } from "./texts.js";
import { webhook, webhooks } from "./webhooks.js";

/**
 * What a view gets: the rest of its address, and a signal that it is no longer shown.
 * @typedef {{id: string, query: URLSearchParams, signal: AbortSignal}} Place
 * @typedef {{title: string, content: Node}} View
 */

/** @type {Record<string, {name: import("./texts.js").Key, list: (place: Place) => View | Promise<View>, one?: (place: Place) => View | Promise<View>}>} */
const VIEWS = {
  records: { name: "nav.records", list: records, one: record },
  reviews: { name: "nav.reviews", list: reviews, one: review },
  exports: { name: "nav.exports", list: exports },
  events: { name: "nav.events", list: events },
  webhooks: { name: "nav.webhooks", list: webhooks, one: webhook },
  settings: { name: "nav.settings", list: settings },
};
const FIRST = "records";

const toast = h("div", { class: "toast", role: "status", "aria-live": "polite" });
/** @type {import("./session.js").Config} */
let config;
let shown = new AbortController();

void start();

async function start() {
  theme(localStorage.getItem("acredita-theme") ?? "auto");
  document.documentElement.lang = current();
  when_ended(() => show_door("sign_in.ended"));
  try {
    const response = await fetch(new URL("office/config.json", document.baseURI), { cache: "no-store" });
    config = await response.json();
    if (is_back()) await come_back(config);
  } catch (error) {
    return show_door(undefined, error);
  }
  addEventListener("hashchange", () => is_signed_in() && void show());
  if (is_signed_in()) return frame();
  return show_door();
}

/** @param {import("./texts.js").Key} [why] @param {unknown} [error] */
function show_door(why, error) {
  shown.abort();
  document.title = `${t("sign_in.title")} · Acredita`;
  document.body.replaceChildren(door({ config, why, error, entered: frame, preferences: preferences(() => show_door(why, error)) }), toast);
  document.querySelector("h1")?.focus();
}

/** The frame around all views. */
function frame() {
  const links = Object.entries(VIEWS).map(([path, { name }]) => h("li", {}, h("a", { href: `#/${path}`, "data-path": path }, t(name))));
  const { org, orgs, subject, expires } = session();
  const change = (/** @type {any} */ event) => {
    choose(event.target.value);
    void show();
  };
  const which = orgs.length > 1 ? select(orgs.map((name) => [name, name]), org, { onchange: change, "aria-label": t("organisation") }) : h("strong", {}, org);
  const out = h("button", { type: "button", class: "small", onclick: () => { leave(); show_door(); } }, t("sign_out"));
  const until = when(new Date(expires).toISOString(), { timeStyle: "short" });
  const account = h("details", { class: "account", open: matchMedia("(min-width: 56.01rem)").matches }, h("summary", {}, t("account")), h("div", { class: "account-in" },
    h("div", {}, h("span", { class: "quiet" }, t("organisation")), h("div", {}, which)),
    subject && h("p", { class: "quiet" }, t("signed_in_as", { subject, until })),
    preferences(frame), h("div", {}, out)));
  const side = h("header", { class: "side" }, h("div", { class: "side-in" }, brand(), h("nav", { "aria-label": t("nav") }, h("ul", { class: "nav" }, links)), account));
  const skip = h("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => { event.preventDefault(); document.querySelector("h1")?.focus(); } }, t("skip"));
  document.body.replaceChildren(skip, h("div", { class: "frame" }, side, h("main", { class: "main", id: "main" })), toast);
  void show();
}

const brand = () => h("a", { class: "brand", href: `#/${FIRST}` }, h("img", { src: "office/icon.svg", alt: "", width: 24, height: 24 }), "Acredita");

/** Language and colours, which the browser remembers. @param {() => void} again */
function preferences(again) {
  const language = select([["es", "Español"], ["en", "English"]], current(), { "aria-label": t("language"), onchange: (/** @type {any} */ event) => {
    speak(event.target.value);
    document.documentElement.lang = event.target.value;
    again();
  } });
  const colours = select([["auto", t("theme.auto")], ["light", t("theme.light")], ["dark", t("theme.dark")]], localStorage.getItem("acredita-theme") ?? "auto", { "aria-label": t("theme"), onchange: (/** @type {any} */ event) => {
    localStorage.setItem("acredita-theme", event.target.value);
    theme(event.target.value);
  } });
  return h("div", { class: "row" }, language, colours);
}

/** @param {string} name */
function theme(name) {
  if (name === "light" || name === "dark") document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
}

/** Shows the view of the address. */
async function show() {
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  const [path = "", search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, id = ""] = path.split("/").map(decode);
  const view = VIEWS[name ?? ""] ?? VIEWS[FIRST];
  for (const link of document.querySelectorAll(".nav a")) {
    if (link instanceof HTMLElement && VIEWS[link.dataset.path ?? ""] === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const waiting = setTimeout(() => fill(main, loading()), 150);
  const make = id && view?.one ? view.one : view?.list;
  try {
    const made = await make?.({ id, query: new URLSearchParams(search), signal });
    clearTimeout(waiting);
    if (signal.aborted || !made) return;
    document.title = `${made.title} · Acredita`;
    fill(main, made.content);
  } catch (error) {
    clearTimeout(waiting);
    if (signal.aborted) return;
    document.title = "Acredita";
    fill(main, h("h1", { tabindex: -1 }, view ? t(view.name) : ""), trouble(error, () => void show()));
  }
  scrollTo(0, 0);
  main.querySelector("h1")?.focus();
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
