// What the organisation chooses for itself, with a preview of its messages.

import { ask } from "./api.js";
import { h, fill } from "./dom.js";
import { card, check, clear_faults, field, head, needs, say, select, show_faults } from "./parts.js";
import { may } from "./session.js";
import { filled, sample, size } from "./sms.js";
import { t, word } from "./texts.js";

const NEEDS = "settings:admin";
const LANGUAGES = ["ES", "EN", "CA", "EU", "GL", "DE"];

/** @param {import("./app.js").Place} place @returns {Promise<import("./app.js").View>} */
export async function settings({ signal }) {
  const title = t("nav.settings");
  if (!may(NEEDS)) return { title, content: h("div", {}, head(title), needs(NEEDS)) };
  const place = h("div");
  const load = async () => {
    const { data, etag } = await ask("GET", "settings", { needs: NEEDS, signal });
    fill(place, form(data, etag ?? "*", load));
  };
  await load();
  return { title, content: h("div", {}, head(title), h("p", { class: "lead" }, t("settings.lead")), place) };
}

/**
 * @param {any} settings @param {string} etag The version that is replaced.
 * @param {() => Promise<void>} again
 */
function form(settings, etag, again) {
  const name = h("input", { value: settings.display_name, maxlength: 60 });
  const alphabet = select([["ALPHANUMERIC", t("settings.alphanumeric")], ["DIGITS", t("settings.digits")]], settings.messages.code.alphabet);
  const length = h("input", { type: "number", min: 6, max: 10, value: settings.messages.code.length });
  const domain = h("input", { value: settings.messages.web_otp_domain ?? "", spellcheck: "false", autocomplete: "off" });
  const fallback = select([["", t("settings.no_fallback")], ["SMS", "SMS"], ["EMAIL", word("channel", "EMAIL")], ["WHATSAPP", "WhatsApp"]], settings.messages.fallback[0] ?? "");
  const after = h("input", { value: settings.messages.fallback_after, spellcheck: "false", class: "code" });
  const countries = h("input", { value: settings.sms.countries.join(" "), spellcheck: "false", class: "code" });
  const daily = h("input", { type: "number", min: 0, max: 1_000_000, value: settings.sms.daily_budget });
  const country = h("input", { type: "number", min: 0, max: 1_000_000, value: settings.sms.country_daily_budget });
  const from = h("input", { type: "number", min: 0, max: 1, step: "0.01", value: settings.review.from_score ?? "" });
  const eyes = h("input", { type: "checkbox", checked: settings.review.four_eyes });
  const values = () => ({ name: name.value, code: sample(alphabet.value, Number(length.value) || 6), minutes: "10", domain: domain.value.trim() });
  const texts = LANGUAGES.map((language) => template(language, settings.messages.templates[language], values));
  const refresh = () => texts.forEach((text) => text.preview());
  const read = () => ({
    display_name: name.value,
    messages: {
      code: { alphabet: alphabet.value, length: Number(length.value) },
      templates: Object.fromEntries(texts.map(({ language, read }) => [language, read()])),
      ...(domain.value.trim() ? { web_otp_domain: domain.value.trim() } : {}),
      fallback: [fallback.value, ...settings.messages.fallback.slice(1)].filter(Boolean),
      fallback_after: after.value.trim(),
    },
    sms: { countries: countries.value.split(/[\s,]+/).filter(Boolean), daily_budget: Number(daily.value), country_daily_budget: Number(country.value) },
    review: { four_eyes: eyes.checked, ...(from.value === "" ? {} : { from_score: Number(from.value) }) },
  });
  const place = h("div");
  const save = h("button", { type: "submit", class: "main-action" }, t("save"));
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    save.setAttribute("aria-busy", "true");
    clear_faults(element, place);
    try {
      await ask("PUT", "settings", { needs: NEEDS, body: read(), headers: { "if-match": etag } });
      await again();
      say(t("saved"));
    } catch (error) {
      show_faults(element, place, error);
      texts.find(({ panel }) => panel.querySelector("[aria-invalid]"))?.open();
      place.scrollIntoView({ block: "nearest" });
    } finally {
      save.removeAttribute("aria-busy");
    }
  };
  const element = h("form", { novalidate: true, onsubmit, oninput: refresh },
    card(t("settings.messages"), h("div", { class: "in form" },
      field(t("settings.name"), name, { hint: t("settings.name_hint"), pointer: "/display_name" }),
      h("div", { class: "pair" },
        field(t("settings.alphabet"), alphabet, { pointer: "/messages/code/alphabet" }),
        field(t("settings.length"), length, { pointer: "/messages/code/length" })),
      field(t("settings.domain"), domain, { hint: t("settings.domain_hint"), pointer: "/messages/web_otp_domain" }),
      h("div", { class: "pair" },
        field(t("settings.fallback"), fallback, { hint: t("settings.fallback_hint"), pointer: "/messages/fallback" }),
        field(t("settings.after"), after, { hint: t("settings.after_hint"), pointer: "/messages/fallback_after" })))),
    card(t("settings.texts"), tabs(texts)),
    card(t("settings.sms"), h("div", { class: "in form" },
      field(t("settings.countries"), countries, { hint: t("settings.countries_hint"), pointer: "/sms/countries" }),
      h("div", { class: "pair" },
        field(t("settings.daily"), daily, { pointer: "/sms/daily_budget" }),
        field(t("settings.country_daily"), country, { pointer: "/sms/country_daily_budget" })))),
    card(t("settings.review"), h("div", { class: "in form" },
      field(t("settings.from"), from, { hint: t("settings.from_hint"), pointer: "/review/from_score" }),
      check(t("settings.eyes"), eyes, t("settings.eyes_hint")))),
    place, h("div", { class: "save" }, h("span", { class: "quiet" }, t("settings.soon")), save));
  refresh();
  return element;
}

/** @typedef {{name: string, code: string, minutes: string, domain: string}} Values */

/**
 * The texts of one language, beside what they look like.
 * @param {string} language @param {any} answered @param {() => Values} values
 */
function template(language, answered, values) {
  const pointer = `/messages/templates/${language}`;
  const sms = h("textarea", { value: answered.sms, rows: 3 });
  const subject = h("input", { value: answered.email_subject });
  const text = h("textarea", { value: answered.email_text, rows: 3 });
  const read = () => ({ sms: sms.value, email_subject: subject.value, email_text: text.value });
  const shown = h("div", { class: "form" });
  const panel = h("div", { class: "in pair", role: "tabpanel", id: `texts-${language}`, "aria-labelledby": `tab-${language}` },
    h("div", { class: "form" }, field(t("settings.sms_text"), sms, { hint: t("settings.placeholders"), pointer: `${pointer}/sms` }),
      field(t("settings.subject"), subject, { pointer: `${pointer}/email_subject` }), field(t("settings.email_text"), text, { pointer: `${pointer}/email_text` })),
    shown);
  // Untouched, the answer of the API counts; while it is edited, our own measure.
  const same = (/** @type {Values} */ { code, name, domain }, /** @type {Values} */ first) => code.length === first.code.length && name === first.name && domain === first.domain;
  const first = values();
  const preview = () => {
    const now = values();
    const line = now.domain ? `\n@${now.domain} #${now.code}` : "";
    const message = filled(sms.value, now) + line;
    const measured = sms.value === answered.sms && same(now, first) ? answered : size(message);
    const many = measured.parts > 1;
    const cost = h("p", { class: many ? "badge wait" : "badge good" }, t(many ? "settings.parts" : "settings.part", { parts: measured.parts, encoding: measured.encoding }));
    fill(shown, h("h3", {}, t("settings.preview")), h("div", { class: "bubble", lang: language.toLowerCase() }, message), h("div", {}, cost),
      measured.encoding === "UCS-2" && h("p", { class: "quiet" }, t("settings.ucs2", { characters: costly(message) })),
      h("div", { class: "mail", lang: language.toLowerCase() }, h("p", {}, filled(subject.value, now)), h("p", {}, filled(text.value, now))));
  };
  return { language, panel, read, preview, open: () => {} };
}

/** The characters that make a message travel in UCS-2. @param {string} message */
const costly = (message) => [...new Set([...message].filter((character) => size(character).encoding === "UCS-2"))].join(" ");

/** One panel at a time; arrows move between tabs (ARIA's pattern). @param {ReturnType<typeof template>[]} texts */
function tabs(texts) {
  const buttons = texts.map(({ language }) => h("button", { type: "button", role: "tab", id: `tab-${language}`, "aria-controls": `texts-${language}` }, word("language", language)));
  const open = (/** @type {number} */ chosen) => texts.forEach(({ panel }, at) => {
    panel.hidden = at !== chosen;
    buttons[at]?.setAttribute("aria-selected", String(at === chosen));
    buttons[at]?.setAttribute("tabindex", at === chosen ? "0" : "-1");
  });
  texts.forEach((text, at) => {
    text.open = () => open(at);
    buttons[at]?.addEventListener("click", () => open(at));
  });
  const onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const at = buttons.findIndex((button) => button === document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !step) return;
    const next = (at + step + buttons.length) % buttons.length;
    open(next);
    buttons[next]?.focus();
    event.preventDefault();
  };
  open(0);
  return h("div", {}, h("div", { class: "tabs", role: "tablist", "aria-label": t("settings.texts"), onkeydown }, buttons), texts.map(({ panel }) => panel));
}
