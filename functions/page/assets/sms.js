// What a text message will look like and cost: as `shared/domain/src/messages/sms.rs` measures it, before it is saved.

const ALPHABET = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

/** @param {string} text @returns {{encoding: "GSM-7" | "UCS-2", parts: number}} */
export function size(text) {
  const characters = [...text];
  const septets = characters.map((character) => (ALPHABET.includes(character) ? 1 : EXTENSION.includes(character) ? 2 : 0));
  if (septets.every((width) => width > 0)) return { encoding: "GSM-7", parts: parts(septets, 160, 153) };
  return { encoding: "UCS-2", parts: parts(characters.map((character) => character.length), 70, 67) };
}

/** No character is split between two parts. @param {number[]} widths @param {number} alone @param {number} each */
function parts(widths, alone, each) {
  if (widths.reduce((sum, width) => sum + width, 0) <= alone) return 1;
  let count = 0, left = 0;
  for (const width of widths) {
    if (width > left) [count, left] = [count + 1, each];
    left -= width;
  }
  return count;
}

/**
 * A text with what is put into it.
 * @param {string} template
 * @param {{name: string, code: string, minutes: string}} values
 */
export function filled(template, values) {
  return template.replace(/\{(name|code|minutes)\}/g, (_, name) => values[/** @type {keyof typeof values} */ (name)]);
}

/** A code of this format. @param {string} alphabet @param {number} length */
export const sample = (alphabet, length) => (alphabet === "DIGITS" ? "4827193056" : "7kq2mx").slice(0, length);
