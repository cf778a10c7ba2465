/** A profile for people. */
import type { Energy, MemoryUse, Profile } from '../inference/index.ts';
import { textTable } from './text-table.ts';

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** 12, 3.4 k, 1.36 G: three digits. */
export function compactNumber(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (value >= size) return `${(value / size).toPrecision(3)} ${unit}`;
  }
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** 1.199 MB; decimal units. */
export function byteSize(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(3)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(1)} kB` : `${bytes} B`;
}

function operationsTable({ layers, steps }: Profile): string {
  const rows = layers
    .filter(({ synapticOperations }) => synapticOperations.length > 0)
    .map((layer) => [
      layer.layer,
      ...layer.synapticOperations.map(compactNumber),
      compactNumber(total(layer.synapticOperations)),
      percent(total(layer.synapticOperations) / (steps * layer.denseOperations)),
      layer.multiplicity.toFixed(2),
    ]);
  const numbers = Array.from({ length: steps }, (_, t) => `step ${t + 1}`);
  return textTable(['layer', ...numbers, 'clip', 'of dense', 'spikes/input'], rows);
}

function layerTable({ layers, steps }: Profile): string {
  const rows = layers.map((layer) => {
    const rate = layer.firingRate;
    return [
      layer.layer,
      layer.kind,
      rate.length === 0 ? '' : percent(total(rate) / steps),
      rate.length === 0 ? '' : `${percent(Math.min(...rate))} - ${percent(Math.max(...rate))}`,
      layer.comparisons === 0 ? '' : compactNumber(layer.comparisons * steps),
      layer.mixingOperations === 0 ? '' : compactNumber(layer.mixingOperations),
      layer.weightBytesRead === 0 ? '' : byteSize(Math.round(layer.weightBytesRead)),
      layer.millis === 0 ? '' : layer.millis.toFixed(3),
    ];
  });
  const titles = ['firing', 'by step', 'thresholds', 'M or leak products', 'weights read', 'ms'];
  return textTable(['layer', { title: 'kind', align: 'left' }, ...titles], rows);
}

function memoryTable({ memory, engineMemory, engine }: Profile): string {
  const row = (name: string, use: MemoryUse, scratch: string): string[] => [
    name,
    ...[use.weights, use.thresholds, use.state, use.spikes].map(byteSize),
    scratch,
  ];
  const rows = [
    row('whole clips, at least', memory.clip, '-'),
    row('streaming, at least', memory.streaming, '-'),
    ...(engineMemory ? [row(`engine ${engine}`, engineMemory, byteSize(engineMemory.scratch))] : []),
  ];
  return [
    textTable(['memory', 'weights', 'thresholds', 'state', 'spikes', 'scratch'], rows),
    `  for comparison: float32 weights ${byteSize(memory.float32Weights)}, float32 membranes of LIF neurons ${byteSize(memory.float32Membranes)}`,
  ].join('\n');
}

function energyTable(energy: readonly Energy[]): string {
  const rows = energy.map(({ table, conventionalMicrojoules, exactMicrojoules }) => [
    table.name,
    table.macPicojoules.toString(),
    table.acPicojoules.toString(),
    conventionalMicrojoules.toFixed(2),
    exactMicrojoules.toFixed(2),
    table.source,
  ]);
  return textTable(
    [
      'energy per clip',
      'pJ/MAC',
      'pJ/AC',
      'rate x dense, µJ',
      'exact, µJ',
      { title: 'source', align: 'left' },
    ],
    rows,
  );
}

/** All tables of a profile. */
export function profileText(profile: Profile): string {
  const { mode, rule, clips, steps, engine, clipMillis, counts, denseOperations } = profile;
  const done = counts.synapticOperations + counts.exactFirstLayer;
  return [
    `${clips} ${clips === 1 ? 'clip' : 'clips'} of ${steps} steps, ${rule}, ${mode === 'exact' ? 'exact' : 'literal'}, engine ${engine}: ${clipMillis.toFixed(3)} ms a clip (median; layers without a time of their own are part of the next)`,
    `${compactNumber(counts.synapticOperations)} synaptic operations and ${compactNumber(counts.exactFirstLayer)} products with event counts a clip, ${percent(done / denseOperations)} of ${compactNumber(denseOperations)} dense operations`,
    '',
    'Synaptic operations: each spike times the synapses it reaches',
    operationsTable(profile),
    '',
    'Neurons and time, a clip',
    layerTable(profile),
    '',
    memoryTable(profile),
    '',
    energyTable(profile.energy),
    '  Arithmetic only, without memory traffic; "rate x dense" as papers count, "exact" with borders, silence and M or leak.',
  ].join('\n');
}
