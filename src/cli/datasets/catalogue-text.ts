/** Data sets for people. */
import { sampleNoun, type DatasetDefinition, type DatasetFile } from '../../../datasets/index.ts';
import { sensorName } from '../../events/index.ts';
import { textTable } from '../text-table.ts';

const UNKNOWN = 'not stated';

/** How many classes there are; `null` where nobody knows before. */
export function classCount({ about: { classes } }: DatasetDefinition): number | null {
  return typeof classes === 'object' && classes !== null ? classes.length : classes;
}

/** `1.2 GB`, in the units that hosts state. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toFixed(1)} ${units[step]!}`;
}

/** One line a data set. */
export function listText(definitions: readonly DatasetDefinition[]): string {
  const rows = definitions.map((definition) => {
    const { id, title, sensor, about } = definition;
    return [
      id,
      title,
      String(classCount(definition) ?? ''),
      about.recordings?.toLocaleString('en') ?? '',
      sensor === null ? '' : sensorName(sensor),
      about.licence ?? UNKNOWN,
      about.classes === null ? '' : gettingText(about.files),
    ];
  });
  const left = (title: string) => ({ title, align: 'left' as const });
  return `${textTable(['name', left('title'), 'classes', 'samples', 'pixels', left('licence'), left('download')], rows, '')}\n`;
}

/** `yes`, `by hand`, or nothing for what is handed out nowhere. */
export function gettingText(files: readonly DatasetFile[]): string {
  const parts = files.filter(({ mirrors }) => mirrors.length > 0).length;
  if (parts === 0) return 'by hand';
  return parts === files.length ? 'yes' : 'in part by hand';
}

/** All that is known of one. */
export function infoText(definition: DatasetDefinition): string {
  const { title, sensor, images, splits, about, decoding } = definition;
  const { classes } = about;
  const names = typeof classes === 'object' && classes !== null ? classes : null;
  const count = classCount(definition);
  const lines: [string, string][] = [
    [
      'classes',
      names === null ? (count?.toString() ?? "its folders' names") : `${count}: ${names.join(', ')}`,
    ],
    [`${sampleNoun(definition)}s`, about.recordings?.toLocaleString('en') ?? UNKNOWN],
    images === undefined
      ? ['sensor', sensor === null ? "the recordings' own" : sensorName(sensor)]
      : ['pixels', `${sensorName(images.size)}, red, green and blue`],
    ['format', images?.codec ?? decoding.format ?? 'any'],
    ['licence', about.licence ?? UNKNOWN],
    ['citation', about.citation === '' ? UNKNOWN : about.citation],
    ['home page', about.homepage ?? UNKNOWN],
  ];
  if (about.byHand !== undefined) lines.push(['by hand', about.byHand]);
  const parts = [title, ...lines.map(([name, text]) => `  ${name.padEnd(10)}  ${text}`)];
  parts.push('splits', ...splits.map(({ name, summary }) => `  ${name.padEnd(10)}  ${summary}`));
  if (about.files.length > 0) parts.push('files', ...about.files.flatMap(fileLines));
  return `${parts.join('\n')}\n`;
}

function fileLines({ name, bytes, hash, mirrors }: DatasetFile): string[] {
  const size = bytes === undefined ? [] : [bytesText(bytes)];
  const check = hash === undefined ? 'no source states a hash' : `${hash.algorithm} ${hash.hex}`;
  return [`  ${[name, ...size, check].join('  ')}`, ...mirrors.map((mirror) => `    ${mirror}`)];
}
