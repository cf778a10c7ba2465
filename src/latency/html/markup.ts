/** Text, numbers and tables of a page. */

/** What a text is in HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A number with as many digits as it is worth. */
export function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3);
}

/** A share in percent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

/** A table that scrolls sideways where there is no room. The first column is what rows are called. Cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const heads = head.map((title) => `<th scope="col">${title}</th>`).join('');
  const body = rows
    .map(
      ([first = '', ...cells]) =>
        `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
    ) // prettier-ignore
    .join('\n');
  return `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** A part of the page. */
export function section(title: string, ...parts: readonly string[]): string {
  return `<section><h2>${title}</h2>${parts.join('\n')}</section>`;
}

/** A plot with what it shows. */
export function figure(caption: string, svg: string, legend = ''): string {
  return `<figure><figcaption>${caption}</figcaption>${legend}${svg}</figure>`;
}

/** Names of colours; see `charts.ts`. */
export function legend(
  names: readonly string[],
  colours: readonly number[] = names.map((_, i) => i),
): string {
  const items = names.map((name, i) => `<li><i class="c${colours[i]}"></i>${name}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}
