export interface Program {
  readonly name: string;
  readonly variable: string;
  readonly files: readonly string[];
  readonly debian: string;
}
export const CHROMIUM: Program;
export const NATS_SERVER: Program;
export function findProgram(program: Program): string | undefined;
export function missingProgram(program: Program): string;
export function provision(program: Program): void;
