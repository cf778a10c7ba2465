export interface NamedFault {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  readonly tests: readonly string[];
}
export const NAMED: readonly NamedFault[];
