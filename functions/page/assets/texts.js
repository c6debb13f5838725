// The language of the page, and its texts.

import { en } from "./en.js";
import { es } from "./es.js";

/** @typedef {keyof typeof en} Key */

const LANGUAGES = { es, en };
/** @typedef {keyof typeof LANGUAGES} Language */

/** @type {Language} */
let language = chosen();

/** @returns {Language} */
function chosen() {
  const kept = localStorage.getItem("acredita-language");
  if (kept === "es" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("es") ? "es" : "en";
}

export const current = () => language;

/** @param {Language} other */
export function speak(other) {
  language = other;
  localStorage.setItem("acredita-language", other);
}

/**
 * A text, with `{name}` replaced.
 * @param {Key} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return LANGUAGES[language][key].replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

/**
 * The word for a name of the API, or the name itself where there is none.
 * @param {string} group
 * @param {string | undefined} name
 */
export function word(group, name) {
  if (!name) return "";
  const texts = /** @type {Record<string, string>} */ (LANGUAGES[language]);
  return texts[`${group}.${name}`] ?? name;
}

/** How the reader's country writes numbers and times, if it speaks the language of the page. */
const locale = () => (navigator.language.toLowerCase().startsWith(language) ? navigator.language : language);

/** @param {string | undefined} moment @param {Intl.DateTimeFormatOptions} [options] */
export function when(moment, options = { dateStyle: "medium", timeStyle: "short" }) {
  return moment ? new Intl.DateTimeFormat(locale(), options).format(new Date(moment)) : "";
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
export function number(value, options) {
  return new Intl.NumberFormat(locale(), options).format(value);
}
