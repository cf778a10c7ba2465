export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly change: string;
  readonly code: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly key: string;
}
export function mutantsOf(source: string, file: string): Mutant[];
export function applyMutant(source: string, mutant: Pick<Mutant, 'start' | 'end' | 'text'>): string;
export function guardLoops(source: string): string;
