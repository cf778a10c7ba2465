import type { AnyFilterDefinition } from '../src/filters/index.ts';

export function filtersTable(filters: readonly AnyFilterDefinition[]): string;
export function filterSections(filters: readonly AnyFilterDefinition[]): string;
