// Signing in: at the issuer, or with a token.

import { h, fill } from "./dom.js";
import { field, notice, trouble } from "./parts.js";
import { enter, go_to_issuer, SignInError } from "./session.js";
import { t } from "./texts.js";

/**
 * @param {{config: import("./session.js").Config | undefined, why?: import("./texts.js").Key, error?: unknown,
 *          entered: () => void, preferences: Node}} options
 */
export function door({ config, why, error, entered, preferences }) {
  const place = h("div", {}, why && notice("wait", t(why)), error !== undefined && said(error));
  const way = config && (config.sign_in === "OIDC" ? at_issuer(config, place) : with_token(config, place, entered));
  const brand = h("div", { class: "brand" }, h("img", { src: "office/icon.svg", alt: "", width: 24, height: 24 }), "Acredita");
  return h("main", { class: "door" }, h("div", { class: "door-in" }, brand, h("h1", { tabindex: -1 }, t("sign_in.title")), place, way, preferences));
}

/** @param {unknown} error */
function said(error) {
  if (!(error instanceof SignInError)) return trouble(error);
  return notice("bad", t(error.key), error.details && h("p", {}, error.details));
}

/** @param {import("./session.js").Config} config @param {HTMLElement} place */
function at_issuer(config, place) {
  const go = async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await go_to_issuer(config);
    } catch (error) {
      button.removeAttribute("aria-busy");
      fill(place, said(error));
    }
  };
  const button = h("button", { type: "button", class: "main-action", onclick: go }, t("sign_in.go"));
  return h("div", { class: "form" }, h("p", { class: "quiet" }, t("sign_in.at", { issuer: new URL(config.issuer ?? "").host })), button);
}

/** @param {import("./session.js").Config} config @param {HTMLElement} place @param {() => void} entered */
function with_token(config, place, entered) {
  const token = h("textarea", { name: "token", rows: 5, spellcheck: "false", autocomplete: "off", autocapitalize: "none", class: "code", required: true });
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    try {
      enter(token.value, config);
      token.value = "";
      entered();
    } catch (error) {
      fill(place, said(error));
      token.setAttribute("aria-invalid", "true");
      token.focus();
    }
  };
  return h("form", { class: "form", novalidate: true, onsubmit }, field(t("sign_in.token"), token, { hint: t("sign_in.token_hint") }), h("button", { type: "submit", class: "main-action" }, t("sign_in.enter")));
}
