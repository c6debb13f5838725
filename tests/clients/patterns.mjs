// Every pattern of the document is of ECMA-262, with the flag `u` and without flags; and the patterns that were put
// together by code take what they should.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const document = JSON.parse(await readFile(process.argv[2], "utf8"));

let count = 0;
(function walk(value) {
  if (value === null || typeof value !== "object") return;
  if (typeof value.pattern === "string") {
    new RegExp(value.pattern);
    new RegExp(value.pattern, "u");
    count += 1;
  }
  Object.values(value).forEach(walk);
})(document);

function holds(name, good, bad) {
  for (const flags of ["", "u"]) {
    const pattern = new RegExp(document.components.schemas[name].pattern, flags);
    for (const text of good) assert(pattern.test(text), `${name} refuses ${JSON.stringify(text)}`);
    for (const text of bad) assert(!pattern.test(text), `${name} takes ${JSON.stringify(text)}`);
  }
}

const numbers = (from, to, step = 1) => Array.from({ length: (to - from) / step }, (_, index) => from + index * step);
holds(
  "Lifetime",
  [
    ...numbers(60, 2_592_001, 60).map((seconds) => `PT${seconds}S`),
    ...numbers(1, 43_201).map((minutes) => `PT${minutes}M`),
    ...numbers(1, 721).map((hours) => `PT${hours}H`),
    ...numbers(1, 31).map((days) => `P${days}D`),
    ..."P1W P4W P4W2D P1W2DT3H4M5S P1DT2H30M P29DT23H59M59S PT719H59M59S PT1M30S PT43199M59S".split(" "),
  ],
  [
    ...numbers(0, 60).map((seconds) => `PT${seconds}S`),
    ...numbers(2_592_001, 2_592_200).map((seconds) => `PT${seconds}S`),
    ..."P PT P0D PT0M P31D P5W P4W3D P30DT1S PT43201M PT721H P1Y P1M P1.5D -P1D P1DT PT1H30 1D pt1h".split(" "),
  ],
);
holds("Country", ["ES", "es", "Pt", "ZW", "AX"], ["", "XX", "ESP", "E", "E S", "UK", "EU"]);
holds("Text", ["a", "Ana María", " padded ", "❤️", "名前"], ["", " ", "\n", "a\tb", "a\u0000", "\u202eAna", "a\u2028b"]);
holds("Lines", ["a", "first\r\nsecond", "\nfirst"], ["", " ", "\n\n", "first\tsecond", "a\u0000", "a\u202eb"]);
console.log(`${count} patterns are of ECMA-262`);
