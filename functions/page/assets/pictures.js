// The pictures of a record. Each look is an event with who looked, so that nobody looks by accident.

import { get } from "./api.js";
import { h, fill } from "./dom.js";
import { button, card, needs, shown, trouble } from "./parts.js";
import { may } from "./session.js";
import { t, when, word } from "./texts.js";

/**
 * @typedef {{of: string, side?: string, content_type: string, size_bytes?: number, sha256: string, captured_at: string,
 *            url: string}} Picture
 */

const NEEDS = "records:read_personal";

/** @param {string} record_id @param {AbortSignal} signal */
export function pictures(record_id, signal) {
  const place = h("div", { class: "in", "aria-live": "polite" });
  const look = async () => {
    try {
      const { pictures } = await get(`record_pictures/${encodeURIComponent(record_id)}`, { needs: NEEDS, signal });
      fill(place, pictures.length > 0 ? h("div", { class: "pictures" }, pictures.map(figure)) : h("p", { class: "quiet" }, t("pictures.none")));
    } catch (error) {
      if (!signal.aborted) fill(place, trouble(error, look));
    }
  };
  const closed = h("div", { class: "form" }, h("p", { class: "quiet" }, t("pictures.recorded")), h("div", {}, button(t("pictures.show"), look, { permission: NEEDS })));
  fill(place, may(NEEDS) ? closed : needs(NEEDS));
  return card(t("pictures.title"), place);
}

/** @param {Picture} picture */
function figure(picture) {
  const name = picture.side ? word("side", picture.side) : word("picture", picture.of);
  const image = h("img", { src: picture.url, alt: t("pictures.alt", { name }), referrerpolicy: "no-referrer" });
  const gone = () => fill(box, h("p", { class: "in quiet" }, t("pictures.gone")));
  image.addEventListener("error", gone);
  const larger = () => shown(name, [h("img", { src: picture.url, alt: t("pictures.alt", { name }) })], "picture");
  const box = h("button", { type: "button", onclick: larger, "aria-label": t("pictures.enlarge", { name }) }, image);
  return h("figure", {}, box, h("figcaption", {}, name, " · ", when(picture.captured_at)));
}
