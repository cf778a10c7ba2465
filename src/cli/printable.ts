/** Text from outside on a terminal: names of files, cameras, segments and labels may hold control characters. */

/** Control characters of both sets, line separators, and what turns the direction of writing. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

/** A name from outside as one line that commands no terminal: `a\x1b[2J`. */
export function printable(name: string): string {
  return name.replace(UNPRINTABLE, escaped);
}

/** A text of several lines that may hold names from outside; line ends and tabs stay. */
export function printableText(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}
