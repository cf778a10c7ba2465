/** Which room may import which: the table of ARCHITECTURE.md as data. */

const core = [
  'events',
  'formats',
  'filters',
  'frames',
  'network',
  'inference',
  'export',
  'pipeline',
  'operators',
];

/** Room → folder below the root, and the rooms it may import. */
export const rooms = {
  events: { folder: 'src/events', imports: [] },
  formats: { folder: 'src/formats', imports: ['events'] },
  filters: { folder: 'src/filters', imports: ['events'] },
  frames: { folder: 'src/frames', imports: ['events', 'filters'] },
  network: { folder: 'src/network', imports: ['events', 'filters', 'frames'] },
  inference: { folder: 'src/inference', imports: ['events', 'frames', 'network'] },
  export: { folder: 'src/export', imports: ['events', 'network'] },
  pipeline: {
    folder: 'src/pipeline',
    imports: ['events', 'formats', 'filters', 'frames', 'network', 'inference'],
  },
  operators: { folder: 'operators', imports: core },
  datasets: { folder: 'datasets', imports: core },
  training: { folder: 'src/training', imports: core },
  cluster: { folder: 'src/cluster', imports: ['events'] },
  preprocess: { folder: 'src/preprocess', imports: [...core, 'datasets', 'cluster'] },
  live: { folder: 'src/live', imports: [...core, 'cluster'] },
  latency: { folder: 'src/latency', imports: [...core, 'live'] },
};

/** Rooms without Node and DOM. */
export const coreRooms = core;

/** Patterns of import paths that a room must not use. */
export function forbiddenPatterns(room) {
  const allowed = new Set([room, ...rooms[room].imports]);
  const others = Object.entries(rooms).filter(([name]) => !allowed.has(name));
  const patterns = others.map(([name, { folder }]) => ({
    regex: `^(\\.\\./)+${folder.startsWith('src/') ? `(src/)?${folder.slice(4)}` : folder}/`,
    message: `${room} must not import ${name}; see ARCHITECTURE.md.`,
  }));
  patterns.push({ regex: '^(\\.\\./)+(src/)?cli/', message: 'Only the command line imports itself.' });
  if (core.includes(room)) patterns.push({ regex: '^node:', message: 'The core runs in browsers.' });
  return patterns;
}
