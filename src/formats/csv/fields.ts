/** Lines into fields, as text: for what stands before the first event, and for messages. */

/** A line's fields, and whether a comma in them is a decimal point. */
export interface LineFields {
  /** Without quotes and blanks around them; numbers with a dot for a point. */
  readonly fields: readonly string[];
  readonly decimalComma: boolean;
}

/** Least columns of an event. */
const COLUMNS = 4;
const NUMBER_WITH_COMMA = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/;

/**
 * Parts a line: at semicolons where it has any, at commas, else at blanks. Commas are decimal points beside semicolons,
 * and where blanks part it into columns enough (`0,5 3 4 1`). Nothing is parted inside brackets.
 */
export function fieldsOf(line: string): LineFields {
  const text = line.trim();
  if (text.includes(';')) return { fields: fieldsAt(text, /;/), decimalComma: true };
  const words = fieldsAt(text, /\s/).filter((word) => word !== '');
  const isBlank = words.every((word) => !word.includes(',') || NUMBER_WITH_COMMA.test(word));
  if (!text.includes(',') || (isBlank && words.length >= COLUMNS))
    return { fields: joinBrackets(words), decimalComma: true };
  return { fields: fieldsAt(text, /,/), decimalComma: false };
}

/** Parted at a character outside brackets. */
function fieldsAt(text: string, separator: RegExp): string[] {
  const fields: string[] = [];
  let depth = 0;
  let field = '';
  for (const character of text) {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
    if (depth === 0 && separator.test(character)) {
      fields.push(cleaned(field));
      field = '';
    } else {
      field += character;
    }
  }
  return [...fields, cleaned(field)];
}

/** `t (us) x`: what stands in brackets belongs to the name before. */
function joinBrackets(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    if (/^[([{]/.test(word) && joined.length > 0) joined.push(`${joined.pop()!} ${word}`);
    else joined.push(word);
  }
  return joined;
}

function cleaned(field: string): string {
  const text = field.trim().replace(/^(["'])(.*)\1$/, '$2');
  return NUMBER_WITH_COMMA.test(text) ? text.replace(',', '.') : text;
}
