import { MatDecoder, type MatDecoderOptions } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { FILES } from './files.ts';

/** A file that make_mat.py made. */
export function matFile(name: string): Uint8Array {
  return Uint8Array.from(atob(FILES[`${name}.mat`]!), (letter) => letter.charCodeAt(0));
}

function open(own: MatDecoderOptions = {}): ContractSample['open'] {
  return (options) => new MatDecoder({ ...options, ...own, maxMatBytes: 2 ** 20 });
}

export const matSamples: readonly ContractSample[] = [
  { name: 'MAT 5, a structure', bytes: matFile('td'), open: open() },
  { name: 'MAT 5, compressed', bytes: matFile('td-compressed'), open: open() },
  { name: 'MAT 5, a matrix', bytes: matFile('matrix'), open: open({ columns: 'x,y,p,t' }) },
];
