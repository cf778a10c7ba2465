/** Gathers what the lines before the first event say: order of the columns, unit of the times, size of the sensor. */
import type { SensorGeometry } from '../../events/index.ts';
import { columnsExample, columnsOption, type ColumnOrder, type ColumnRole } from '../columns.ts';
import { EventFormatError } from '../errors.ts';
import { DECIMAL_SHIFT, settledUnit, type TimeUnit } from '../time-unit.ts';
import { decimal, polarity } from './decimal.ts';
import { lineSyntax, type LineSyntax } from './lines.ts';
import { OPENEB_COLUMNS, readPreambleLine, type PreambleLine } from './preamble-line.ts';
import { optionsExample, shown } from './problem.ts';

/** What the caller states; it wins. */
export interface PreambleOptions {
  readonly order: ColumnOrder | undefined;
  readonly unit: TimeUnit | undefined;
  readonly geometry: SensorGeometry | undefined;
}

type FieldsLine = Extract<PreambleLine, { kind: 'numbers' | 'text' }>;

/** Takes the lines in front of the first event. */
export class Preamble {
  readonly #options: PreambleOptions;
  #size: Partial<SensorGeometry>;
  #order: ColumnOrder | undefined;
  #isOpenEb = false;
  #isInferred = false;
  /** Whether a line that names the columns, or could, has passed. */
  #isNamed = false;
  /** The first line of words that names no columns, and where it begins. */
  #words: { readonly text: string; readonly at: number } | undefined;

  constructor(options: PreambleOptions) {
    this.#options = options;
    this.#order = options.order;
    this.#size = options.geometry ?? {};
  }

  get geometry(): SensorGeometry | null {
    const { width, height } = this.#size;
    return width === undefined || height === undefined ? null : { width, height };
  }

  /** Whether the order is what the kind of text has, and no line says it. */
  get isInferred(): boolean {
    return this.#isInferred;
  }

  get order(): ColumnOrder | undefined {
    return this.#order;
  }

  /**
   * Takes a line that begins at byte `at`: a part of the header, no event, or the first line of numbers, from where on
   * lines are read as the answer says.
   *
   * @throws EventFormatError where numbers come and what they are is not known.
   */
  read(text: string, at: number): 'blank' | 'header' | 'damaged' | LineSyntax {
    const line = readPreambleLine(text);
    switch (line.kind) {
      case 'blank':
        return 'blank';
      case 'comment':
        return 'header';
      case 'names':
        this.#takeNames(line.order);
        return 'header';
      case 'side':
        this.#takeSize({ [line.side]: line.pixels });
        return 'header';
      case 'size':
        if (this.#isNamed && !line.isComment) return 'damaged';
        this.#takeSize(line.geometry);
        this.#isOpenEb ||= line.isOpenEb;
        // "width,height" above it names no columns.
        this.#words = undefined;
        return 'header';
      case 'text':
        if (this.#isForeignNames(line.fields)) this.#isNamed = true;
        else if (this.#order === undefined) this.#words ??= { text, at };
        else return isEvent(line.fields, this.#order) ? this.#syntax(text, at, line) : 'damaged';
        return 'header';
      case 'numbers':
        return this.#syntax(text, at, line);
    }
  }

  /** No more lines come. @throws EventFormatError where lines of words were no names. */
  finish(): void {
    if (this.#order === undefined && this.#words !== undefined)
      this.#refuse(this.#words, 'does not name', []);
  }

  #takeSize(size: Partial<SensorGeometry>): void {
    if (this.#options.geometry === undefined) this.#size = { ...this.#size, ...size };
  }

  /** Beside a stated order names only say the unit, where they have the times in the same column. */
  #takeNames(named: ColumnOrder): void {
    this.#isNamed = true;
    const order = this.#options.order ?? named;
    const isSame = order.roles.indexOf('t') === named.roles.indexOf('t');
    this.#order = { ...order, unit: order.unit ?? (isSame ? named.unit : undefined) };
  }

  /** Whether the caller states the columns, and none of these fields is a number in one of them. */
  #isForeignNames(fields: readonly string[]): boolean {
    const { order } = this.#options;
    if (order === undefined || this.#isNamed) return false;
    return order.roles.every((role, i) => role === null || Number.isNaN(decimal(fields[i] ?? '')));
  }

  #syntax(text: string, at: number, { fields, decimalComma }: FieldsLine): LineSyntax {
    if (this.#order === undefined && this.#isOpenEb && isOpenEbRow(fields, this.geometry)) {
      this.#order = columnsOption(OPENEB_COLUMNS);
      this.#isInferred = true;
    }
    if (this.#order === undefined) {
      this.#refuse(this.#words ?? { text, at }, this.#words === undefined ? 'is no line that names' : 'does not name', fields); // prettier-ignore
    }
    const unit = settledUnit(this.#options.unit, this.#order.unit, at);
    return lineSyntax(this.#order.roles, {
      shift: DECIMAL_SHIFT[unit ?? 'us'],
      asksUnit: unit === null,
      decimalComma,
      geometry: this.geometry,
    });
  }

  #refuse(line: { text: string; at: number }, what: string, fields: readonly string[]): never {
    const state =
      fields.length === 0
        ? columnsExample('t,x,y,p', 'csv', 's')
        : fields.length < 4
          ? null
          : optionsExample(fields);
    throw new EventFormatError(
      'BAD_HEADER',
      line.at,
      `The first line, "${shown(line.text)}", ${what} the columns t, x, y and p. ${state === null ? 'Events need four columns.' : `If these are events, say what the columns are, for example: ${state}.`}`,
    );
  }
}

/** Whether the fields that count are numbers, whatever is in the others. */
function isEvent(fields: readonly string[], { roles }: ColumnOrder): boolean {
  const value = (role: ColumnRole, field: string): number =>
    role === 'p' ? polarity(field) : decimal(field);
  return roles.every((role, i) => role === null || !Number.isNaN(value(role, fields[i] ?? '')));
}

/** Whether a row can be OpenEB's: a place on the sensor, a polarity, a whole time. */
function isOpenEbRow(fields: readonly string[], geometry: SensorGeometry | null): boolean {
  const [x = NaN, y = NaN, p = NaN, t = NaN] = fields.map(decimal);
  const isPlace = geometry !== null && x < geometry.width && y < geometry.height;
  return fields.length === 4 && isPlace && (p === 0 || p === 1) && Number.isInteger(t);
}
