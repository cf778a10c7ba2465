import type { DatasetDefinition } from '../datasets/index.ts';

export function datasetsTable(definitions: readonly DatasetDefinition[]): string;
