// Terms of the glossary in a text, and the list itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Matching } from "../../assets/web/glossary/matching.js";

const FILE = new URL("../../assets/web/glossary/glossary.json", import.meta.url);
const ENTRIES = /** @type {import("../../assets/web/glossary/matching.js").Entry[]} */ (JSON.parse(readFileSync(FILE, "utf8")));
const matching = new Matching(ENTRIES);

/** @param {string} text */
const found = (text) => matching.all(text).map(({ start, end }) => text.slice(start, end));

test("the longest name is found, in any case and in the plural", () => {
  assert.deepEqual(found("The negative ELBO in nats; two Latent dimensions, one posterior."), [
    "negative ELBO",
    "nats",
    "Latent dimensions",
    "posterior",
  ]);
});

test("a part of a word is no term", () => {
  assert.deepEqual(found("stepbatching, z_prior, linked, KL1, enatss"), []);
});

test("a term begins and ends where it stands", () => {
  const text = "shown as logits";
  for (const place of [9, 12, 15]) assert.equal(matching.at(text, place)?.entry.names[0], "logit");
  assert.equal(matching.at(text, 8), null);
});

test("each name is explained once, in sentences", () => {
  const names = ENTRIES.flatMap((entry) => entry.names.map((name) => name.toLowerCase()));
  assert.equal(new Set(names).size, names.length);
  for (const { names: [name], means } of ENTRIES) assert.match(means, /^\S.{20,260}\.$|^\S.{20,260}\d{4}\.$/, name);
});
