import type { EventFormat, NetworkForm } from '../src/formats/index.ts';

/** A line of bench/results/formats.json. */
export interface MeasuredRate {
  readonly format: string;
  readonly name: string;
  readonly stream: string;
  readonly does: 'decode' | 'encode';
  readonly median: number;
}

export function formatsTable(
  formats: readonly EventFormat[],
  forms: readonly NetworkForm[],
  rates: readonly MeasuredRate[],
): string;
export function tableIn(readme: string): string;
export function withTable(readme: string, table: string): string;
export function withoutSpeed(table: string): string;
