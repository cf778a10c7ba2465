import type { AnyRepresentation } from '../src/frames/index.ts';

export function representationsTable(representations: readonly AnyRepresentation[]): string;
export function representationSections(representations: readonly AnyRepresentation[]): string;
