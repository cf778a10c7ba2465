/** What the text header of AEDAT 3 tells: version, encoding, and the camera behind its `#Source` lines. */
import type { SensorGeometry } from '../../events/index.ts';
import { EventFormatError } from '../errors.ts';
import type { StreamDeclaration } from '../stream-choice.ts';
import type { TextHeaderSyntax } from '../text-header.ts';

/** Version 3.0 has no end marker and counts rows from below. */
export type Aedat3Version = '3.0' | '3.1';

/** `#` lines; the marker ends the header of version 3.1. */
export const AEDAT3_SYNTAX: TextHeaderSyntax = { prefix: '#', endMarkers: ['#!END-HEADER'] };

/** Sensors by the names that cAER gives them. */
const SENSORS: readonly (readonly [name: RegExp, width: number, height: number])[] = [
  [/^(DVS128|DAVIS128|EDVS)/i, 128, 128],
  [/^DVS132/i, 132, 104],
  [/^DAVIS208/i, 208, 192],
  [/^DAVIS240/i, 240, 180],
  [/^DAVIS346/i, 346, 260],
  [/^DAVIS(HET|RGB|H)?640|^DAVISRGB/i, 640, 480],
  [/^DVXplorer[ _-]?Lite/i, 320, 240],
  [/^DVXplorer/i, 640, 480],
];

/** A name for a sensor of this size, which {@link sensorOfName} understands. */
export function nameOfSensor(geometry: SensorGeometry | null): string {
  if (geometry === null) return 'Camera';
  const { width, height } = geometry;
  const known: Readonly<Record<string, string>> = {
    '128x128': 'DVS128',
    '240x180': 'DAVIS240C',
    '346x260': 'DAVIS346',
    '640x480': 'DVXplorer',
  };
  return known[`${width}x${height}`] ?? `Camera ${width}x${height}`;
}

/** The size behind a source's name; `null` if it tells none. */
export function sensorOfName(name: string): SensorGeometry | null {
  const [, width, height] = SENSORS.find(([pattern]) => pattern.test(name)) ?? [];
  if (width !== undefined && height !== undefined) return { width, height };
  const [, wide, high] = /\b([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(name) ?? [];
  return wide === undefined ? null : { width: Number(wide), height: Number(high) };
}

const SOURCE = /^#Source\s+(-?\d+):\s*(.*)$/i;
/** Sources whose events others made theirs of. */
const EARLIER_SOURCE = /^#-+Source\s+(-?\d+):\s*(.*)$/i;

function sourcesIn(lines: readonly string[], pattern: RegExp): StreamDeclaration[] {
  return lines.flatMap((line) => {
    const [, id, name] = pattern.exec(line) ?? [];
    return id === undefined || name === undefined ? [] : [{ id: Number(id), name }];
  });
}

/** The sources that the header declares. */
export function sourcesOfHeader(lines: readonly string[]): StreamDeclaration[] {
  return sourcesIn(lines, SOURCE);
}

/**
 * The sensor of a source; where none is asked for, or the header does not know it, that of all sources of known size if
 * it is the same. Lines of sources further up (`#-Source`) count where the last ones say nothing.
 */
export function sensorOfHeader(lines: readonly string[], source?: number): SensorGeometry | null {
  const sources = sourcesOfHeader(lines);
  const own = sources.filter(({ id }) => id === source);
  if (own.length === 0 && sensorsDiffer(lines)) return null;
  for (const { name } of [...(own.length > 0 ? own : sources), ...sourcesIn(lines, EARLIER_SOURCE)]) {
    const sensor = sensorOfName(name);
    if (sensor !== null) return sensor;
  }
  return null;
}

/** Whether the sources have sensors of several sizes: which one it is depends on the source that is decoded. */
export function sensorsDiffer(lines: readonly string[]): boolean {
  const sizes = sourcesOfHeader(lines).map(({ name }) => sensorOfName(name));
  const known = sizes.filter((sensor) => sensor !== null);
  return new Set(known.map(({ width, height }) => `${width}x${height}`)).size > 1;
}

/**
 * The version that the first line states.
 *
 * @throws {@link EventFormatError} `BAD_HEADER` for another format, `UNSUPPORTED_FORMAT` for another version or
 * packed events.
 */
export function checkHeader(lines: readonly string[]): Aedat3Version {
  const [first] = lines;
  const [, name, version] = /^#!(AER-DAT(\d+\.\d+))/.exec(first ?? '') ?? [];
  if (name === undefined || version === undefined || !version.startsWith('3.')) {
    throw new EventFormatError('BAD_HEADER', 0, `This is ${name ?? 'no AEDAT file'}, not AEDAT 3.`);
  }
  if (version !== '3.0' && version !== '3.1') {
    throw new EventFormatError('UNSUPPORTED_FORMAT', 0, `Version ${version} of AEDAT is unknown.`);
  }
  const format = lines
    .find((line) => /^#Format:/i.test(line))
    ?.slice('#Format:'.length)
    .trim();
  if (format !== undefined && format.toUpperCase() !== 'RAW') {
    throw new EventFormatError(
      'UNSUPPORTED_FORMAT',
      0,
      `The packets are packed (${format}); saccade reads RAW ones. Let cAER write the recording again as RAW.`,
    );
  }
  return version;
}
