// Where the server's own answers are, and the sentence with which it refuses.

/**
 * @param {"decode" | "live" | "points" | "weights"} route
 * @param {Record<string, string>} query
 */
export function apiAddress(route, query) {
  const url = new URL(`../../api/${route}`, import.meta.url);
  url.search = new URLSearchParams(query).toString();
  return url;
}

/**
 * The server's own sentence, where it gives one.
 * @param {Response} response
 * @returns {Promise<string>}
 */
export async function errorOf(response) {
  const answer = await response.json().catch(() => null);
  return typeof answer?.error === "string" ? answer.error : `The app could not answer (${response.status}).`;
}
