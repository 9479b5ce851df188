// The keys of a hand, on its bank and on its map, wherever nothing is typed.
import { imagesOf } from "./images.js";

/**
 * N and P: the next image and the one before. Ctrl+Z and Ctrl+Y: back and forth.
 * @param {KeyboardEvent} event
 * @param {import("./hand.js").Hand} hand
 * @returns {boolean} whether it was one of them
 */
export function takeKey(event, hand) {
  const key = event.key.toLowerCase();
  const control = event.ctrlKey || event.metaKey;
  if (control && key === "z" && !event.shiftKey) hand.undo();
  else if (control && (key === "y" || key === "z")) hand.redo();
  else if (!control && !event.altKey && key === "n") imagesOf(hand).step(1);
  else if (!control && !event.altKey && key === "p") imagesOf(hand).step(-1);
  else return false;
  event.preventDefault();
  return true;
}
