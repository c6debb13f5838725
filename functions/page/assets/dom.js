// Elements. Whatever a caller sent is only ever the text of a node, never HTML.

/** @typedef {Node | string | number | false | null | undefined} Child */
/** @typedef {string | number | boolean | null | undefined | ((event: any) => void)} Value */

/**
 * An element. Functions are listeners (`onclick`), `true` is an attribute without a value, and what is `false`, `null` or
 * `undefined` is left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Value>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value" && "value" in element) Reflect.set(element, "value", String(value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/**
 * Replaces what is in an element.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
}

/** @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
function nodes(children) {
  return children.flat().filter(is_shown).map((child) => (child instanceof Node ? child : String(child)));
}

/** @param {Child} child @returns {child is Node | string | number} */
function is_shown(child) {
  return child !== false && child !== null && child !== undefined;
}

let last = 0;

/** An id that no other element has. @param {string} name */
export function unique(name) {
  last += 1;
  return `${name}-${last}`;
}
