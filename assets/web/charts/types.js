// The part of Plotly's public interface that charts use, as types. Nothing here runs.

/**
 * @typedef {Record<string, unknown>} Settings
 * @typedef {[number, number]} Span
 * @typedef {Settings & {range?: number[], autorange?: boolean}} Axis
 * @typedef {{below: number, height: number, layout: Record<string, Settings | unknown[]>}} Narrow in pixels; what is other in the layout
 * @typedef {Settings & {uirevision?: unknown, meta?: {filename?: string, narrow?: Narrow, refit?: boolean}}} Layout its figure is made anew for another size where it says `refit`
 * @typedef {{data: Settings[], layout: Layout, config?: Settings}} Figure
 *
 * @typedef {object} Host an element that Plotly has drawn in
 * @property {Settings[]} data
 * @property {Layout} layout
 * @property {(event: string, listener: (change: Settings) => void) => void} on
 *
 * @typedef {object} Plotly
 * @property {(host: HTMLElement, data: Settings[], layout: Layout, config?: Settings) => Promise<HTMLElement & Host>} react
 * @property {(host: HTMLElement, changes: Settings) => Promise<unknown>} relayout
 * @property {(figure: Figure, options: Settings) => Promise<unknown>} downloadImage
 * @property {(host: HTMLElement) => void} purge
 * @property {{resize: (host: HTMLElement) => Promise<unknown>}} Plots
 * @property {Record<"camera" | "disk" | "home", unknown>} Icons
 */

export {};
