/** Representations as plain data and as one word of a command line: `time-surface=tauMicros:30ms,levels:16`. */
import {
  checkedOptions,
  optionsFromTexts,
  optionsText,
  presetValues,
  splitOptions,
} from '../events/described-options.ts';
import type { SensorGeometry } from '../events/index.ts';
import { RepresentationError } from './errors.ts';
import { representations } from './representations.ts';
import type {
  AnyRepresentation,
  FrameForm,
  FrameMaker,
  FrameUse,
  RepresentationSpec,
} from './representation.ts';

/** A representation as people write it: options that are not stated have their default, or that of a preset (`like`). */
export interface RepresentationRequest {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** @throws RepresentationError `UNKNOWN_REPRESENTATION` */
export function representationDefinition(id: string): AnyRepresentation {
  const definition = representations.find((known) => known.id === id);
  if (definition !== undefined) return definition;
  const names = representations.map((known) => known.id).join(', ');
  throw new RepresentationError(
    'UNKNOWN_REPRESENTATION',
    id,
    `No representation is called "${id}". There are ${names}.`,
  );
}

/** Events per pixel and polarity: what holds where nothing is said. */
export const COUNTS: RepresentationSpec = { name: 'counts' };

/**
 * Checks a representation and states all its options, so that its meaning does not change with defaults.
 *
 * @throws RepresentationError for a representation or option that there is not, a value that is not taken, and an option
 * without default that is not stated.
 *
 * @example
 * ```ts
 * import { representationSpec } from 'saccade';
 * console.log(representationSpec({ name: 'voxel-grid', like: 'tonic', bins: 3 })['edge']); // 'drop'
 * ```
 */
export function representationSpec({ name, like, ...stated }: RepresentationRequest): RepresentationSpec {
  const definition = representationDefinition(name);
  const owner = {
    owner: `representation ${name}`,
    described: definition.options,
    others: definition.presets ? ['like'] : [],
    refuse: (message: string) => new RepresentationError('BAD_REPRESENTATION_OPTION', name, message),
  };
  const options = checkedOptions(owner, stated, presetValues(owner, definition.presets ?? {}, like));
  const problem = definition.check?.(options) ?? null;
  if (problem !== null) throw owner.refuse(`Representation ${name}: ${problem}.`);
  return { name, ...options };
}

/**
 * Reads `NAME` or `NAME=option:value,option:value`. Times may have a unit (`2ms`), and a flag needs no value.
 *
 * @throws RepresentationError
 *
 * @example
 * ```ts
 * import { parseRepresentation } from 'saccade';
 * console.log(parseRepresentation('time-surface=tauMicros:30ms')['tauMicros']); // 30000
 * ```
 */
export function parseRepresentation(text: string): RepresentationSpec {
  const { name, options } = splitOptions(
    text,
    (owner, problem) =>
      new RepresentationError('BAD_REPRESENTATION_OPTION', owner, `Representation "${text}": ${problem}.`),
  );
  return representationSpec({ ...optionsFromTexts(representationDefinition(name).options, options), name });
}

/**
 * The text that {@link parseRepresentation} makes this representation of, with every option stated.
 *
 * @example
 * ```ts
 * import { parseRepresentation, representationText } from 'saccade';
 * console.log(representationText(parseRepresentation('signed'))); // 'signed=planes:one'
 * ```
 */
export function representationText({ name, ...options }: RepresentationSpec): string {
  return optionsText(name, options);
}

/**
 * What the frames of a representation are.
 *
 * @example
 * ```ts
 * import { parseRepresentation, representationForm } from 'saccade';
 * console.log(representationForm(parseRepresentation('counts')).channels); // ['OFF', 'ON']
 * ```
 */
export function representationForm({ name, ...options }: RepresentationSpec): FrameForm {
  return representationDefinition(name).form(options);
}

/** Size of the frames of a picture. */
export function representationSize(
  { name, ...options }: RepresentationSpec,
  picture: SensorGeometry,
): SensorGeometry {
  return representationDefinition(name).size?.(picture, options) ?? picture;
}

/** Makes the frames of one stream. */
export function createFrameMaker({ name, ...options }: RepresentationSpec, use: FrameUse): FrameMaker {
  return representationDefinition(name).create(use, options);
}

/**
 * Why no network can take a representation: networks read whole numbers of at least 0, in two channels.
 *
 * @param maxCount the network's own limit, which would cut what is above it.
 * @returns `null`: a network can.
 */
export function networkObstacle(spec: RepresentationSpec, maxCount: number = Infinity): string | null {
  const { channels, elements, largest } = representationForm(spec);
  const text = representationText(spec);
  if (elements === 'float32')
    return `Networks take whole numbers, and ${text} makes fractions: ${instead(spec, 'levels')}. Frames like these are for \`saccade preprocess\``;
  if (elements === 'signed')
    return `Networks take whole numbers of at least 0, and ${text} makes negative ones: ${instead(spec, 'planes')}`;
  if (channels.length !== 2)
    return `Networks take two channels, and ${text} has ${channels.length}: take counts, binary or another representation of two`;
  if (largest !== null && largest > maxCount)
    return `${text} makes values up to ${largest}, and the network cuts them at ${maxCount}: state a largest count of ${largest} (--max-count), or fewer levels`;
  return null;
}

function instead({ name }: RepresentationSpec, option: string): string {
  const has = Object.hasOwn(representationDefinition(name).options, option);
  if (has && option === 'levels') return `state its levels (${name}=levels:16)`;
  if (has && option === 'planes') return `give each sign a plane (${name}=planes:two)`;
  return 'take counts, binary, or a time surface with levels';
}

/**
 * @throws RepresentationError `NOT_FOR_NETWORKS`
 *
 * @example
 * ```ts
 * import { parseRepresentation, requireNetworkRepresentation } from 'saccade';
 * requireNetworkRepresentation(parseRepresentation('binary'));
 * try { requireNetworkRepresentation(parseRepresentation('voxel-grid')); }
 * catch (error) { console.log((error as Error).message.slice(0, 27)); } // Networks take whole numbers
 * ```
 */
export function requireNetworkRepresentation(spec: RepresentationSpec, maxCount?: number): void {
  const obstacle = networkObstacle(spec, maxCount);
  if (obstacle !== null) throw new RepresentationError('NOT_FOR_NETWORKS', spec.name, `${obstacle}.`);
}
