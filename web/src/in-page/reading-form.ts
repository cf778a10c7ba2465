/** The form in which the user says what a recording's content leaves open. */
import { element } from '../views/dom.ts';
import type { ReadingField, ReadingOptions } from './reading-options.ts';

const FIELDS: Readonly<Record<ReadingField, string>> = {
  format: 'reading-format',
  geometry: 'reading-geometry',
  timeUnit: 'reading-time-unit',
  columns: 'reading-columns',
  convention: 'reading-convention',
  chip: 'reading-chip',
};

/** See the file comment. */
export class ReadingForm {
  readonly #details = element<HTMLDetailsElement>('reading');

  /** @param onApply called when the user wants another try. */
  constructor(onApply: () => void) {
    const form = element<HTMLFormElement>('reading-form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#unmark();
      onApply();
    });
    form.addEventListener('reset', () => {
      this.#unmark();
    });
    // The choices come with the engine, when it is first wanted.
    this.#details.addEventListener('toggle', () => void this.#listChoices());
  }

  /** What is stated now; the browser has checked the spelling. */
  get options(): ReadingOptions {
    const value = (field: ReadingField): string =>
      element<HTMLInputElement | HTMLSelectElement>(FIELDS[field]).value.trim();
    const [width, height] = value('geometry').split(/x/i).map(Number);
    const stated = {
      format: value('format') || undefined,
      geometry: width && height ? { width, height } : undefined,
      timeUnit: value('timeUnit') || undefined,
      columns: value('columns') || undefined,
      convention: value('convention') || undefined,
      chip: value('chip') || undefined,
    };
    return Object.fromEntries(Object.entries(stated).filter(([, statement]) => statement !== undefined));
  }

  /** Opens the form at what is missing. */
  ask(field: ReadingField): void {
    this.#details.open = true;
    element(FIELDS[field]).closest('label')!.classList.add('asked');
  }

  #unmark(): void {
    for (const id of Object.values(FIELDS)) element(id).closest('label')!.classList.remove('asked');
  }

  async #listChoices(): Promise<void> {
    const select = element<HTMLSelectElement>(FIELDS.format);
    const { CHIP_LAYOUTS, CONVENTIONS, eventFormats } = await import('./reading-choices.ts');
    if (select.options.length > 1) return;
    select.append(...eventFormats.map(({ id, name }) => new Option(name, id)));
    element(FIELDS.convention).append(...CONVENTIONS.map((name) => new Option(name, name)));
    element(FIELDS.chip).append(...Object.keys(CHIP_LAYOUTS).map((name) => new Option(name, name)));
  }
}
