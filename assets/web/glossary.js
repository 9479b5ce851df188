// The glossary: a term of the field is explained where it is read, and all of them in one list.
import { GlossaryDialog } from "./glossary/dialog.js";
import { markTerms } from "./glossary/marking.js";
import { Matching } from "./glossary/matching.js";
import { Tip } from "./glossary/tip.js";
import { loadStyles } from "./shared/theme.js";

const answer = await fetch(new URL("./glossary/glossary.json", import.meta.url));
const entries = /** @type {import("./glossary/matching.js").Entry[]} */ (await answer.json());
await loadStyles();
const dialog = new GlossaryDialog(entries);
const matching = new Matching(entries);
new Tip(matching).listen();
markTerms(matching);
document.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("[data-glossary]")) dialog.open();
});
