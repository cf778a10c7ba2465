import type { EventFormat, NetworkForm } from '../src/formats/index.ts';

/** A line of bench/results/formats.json. */
export interface MeasuredRate {
  readonly format: string;
  readonly name: string;
  readonly stream: string;
  readonly does: string;
  readonly median: number;
}

/** bench/results/formats.json. */
export interface MeasuredRates {
  readonly rates: readonly MeasuredRate[];
  /** What each stream is like, by its name. */
  readonly streams: Readonly<Record<string, string>>;
}

/** The README's tables. */
export type TableName = 'formats' | 'rates' | 'filters' | 'representations' | 'data sets';

export function formatsTable(formats: readonly EventFormat[], forms: readonly NetworkForm[]): string;
export function ratesTable(measured: MeasuredRates): string;
export function tableIn(readme: string, name: TableName): string;
export function withTable(readme: string, name: TableName, content: string): string;
