/** Python literals, as headers of NumPy files hold them. */

/** Lists and tuples are both arrays. */
export type PythonLiteral = string | number | boolean | null | readonly PythonLiteral[] | PythonDict;
export type PythonDict = ReadonlyMap<string, PythonLiteral>;

/** Deeper nesting is no header that NumPy wrote, and must not exhaust the stack. */
const MAX_DEPTH = 16;
const TOKEN = /\s*(?:([[\](){},:])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+)L?|(True|False|None)\b)\s*/y;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** Parses a literal of dicts, lists, tuples, strings and whole numbers; `undefined` for anything else. */
export function parsePythonLiteral(text: string): PythonLiteral | undefined {
  const tokens = tokenize(text);
  if (tokens === null) return undefined;
  const parser = new Parser(tokens);
  const value = parser.value(0);
  return parser.ended ? value : undefined;
}

interface Token {
  /** A bracket, comma or colon; empty for a value. */
  readonly mark: string;
  readonly value: PythonLiteral;
}

function tokenize(text: string): Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (found === null) return text.slice(at).trim() === '' ? tokens : null;
    at = TOKEN.lastIndex;
    const [, mark = '', single, double, digits, word] = found;
    const string = single ?? double;
    const value =
      string?.replaceAll(/\\(.)/gs, '$1') ??
      (digits === undefined ? (WORDS.get(word ?? '') ?? null) : Number(digits));
    tokens.push({ mark, value });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** `undefined` where the text is no literal. */
  value(depth: number): PythonLiteral | undefined {
    const token = this.#tokens[this.#at++];
    if (token === undefined || depth > MAX_DEPTH) return undefined;
    if (token.mark === '') return token.value;
    if (token.mark === '(') return this.#items(')', depth);
    if (token.mark === '[') return this.#items(']', depth);
    return token.mark === '{' ? this.#dict(depth) : undefined;
  }

  #items(close: string, depth: number): PythonLiteral | undefined {
    const items: PythonLiteral[] = [];
    let comma = false;
    while (!this.#skip(close)) {
      if (items.length > 0 && !comma) return undefined;
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      comma = this.#skip(',');
    }
    // Parentheses without a comma group, they make no tuple.
    return close === ')' && items.length === 1 && !comma ? items[0] : items;
  }

  #dict(depth: number): PythonDict | undefined {
    const dict = new Map<string, PythonLiteral>();
    let comma = true;
    while (!this.#skip('}')) {
      const key = comma ? this.value(depth + 1) : undefined;
      const value = this.#skip(':') ? this.value(depth + 1) : undefined;
      if (typeof key !== 'string' || value === undefined) return undefined;
      dict.set(key, value);
      comma = this.#skip(',');
    }
    return dict;
  }

  #skip(mark: string): boolean {
    const found = this.#tokens[this.#at]?.mark === mark;
    if (found) this.#at++;
    return found;
  }
}
