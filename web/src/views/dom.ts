/** Small helpers around the document. */
import type { Palette } from '../model/event-image.ts';

/** The element with an id. The page and this code are one: a missing one is a bug. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found as T;
}

/** A new element. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  if (text !== '') made.textContent = text;
  return made;
}

/** Sets the text of an element if it changed. */
export function setText(id: string, text: string): void {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text;
}

/** Sets a name that may be long: what does not fit is read in its title. */
export function setName(target: HTMLElement, name: string): void {
  if (target.textContent === name) return;
  target.textContent = name;
  target.title = name;
}

/** A custom property of the page's theme. */
export function themeColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** `#rrggbb`, or `#rgb` as minifiers write it, as numbers. */
export function parseHex(hex: string): readonly [number, number, number] {
  const digits = hex.length === 4 ? hex.slice(1).replace(/./g, '$&$&') : hex.slice(1);
  const value = Number.parseInt(digits, 16);
  return [(value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff];
}

/** The colours of events in the page's theme. */
export function readPalette(): Palette {
  return {
    background: parseHex(themeColour('--canvas')),
    on: parseHex(themeColour('--on')),
    off: parseHex(themeColour('--off')),
  };
}

/** A canvas made as sharp as the screen; the size in CSS pixels. */
export function sharpCanvas(canvas: HTMLCanvasElement): {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
} {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext('2d')!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

// Made once: that takes as long as hundreds of numbers.
const compactFormat = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const countFormat = new Intl.NumberFormat('en');

/** `12.3 k` for people. */
export function compact(value: number): string {
  return compactFormat.format(value);
}

/** `1,605` for people. */
export function count(value: number): string {
  return countFormat.format(value);
}

/** A share as `12.3 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Milliseconds with sensible digits. */
export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
