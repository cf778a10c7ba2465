/** What a representation is, and what one registers. */
import type { DescribedOptions, OptionValue, OptionValues } from '../events/described-options.ts';
import type { SensorGeometry } from '../events/index.ts';
import type { PixelMap } from './pixel-map.ts';
import type { CountType, EventSlice, FrameArray } from './types.ts';

/** A representation as plain data: its name and every one of its options. Stored in model files and manifests. */
export interface RepresentationSpec {
  readonly name: string;
  readonly [option: string]: OptionValue;
}

/** What the frames of a representation are. */
export interface FrameForm {
  /** What each channel holds, in order. */
  readonly channels: readonly string[];
  /** Integers, with as many bits as the rule's count type has, or float32. */
  readonly elements: 'unsigned' | 'signed' | 'float32';
  /** No value has a larger magnitude; `null`: as far as its type goes. */
  readonly largest: number | null;
  /** What a frame depends on beside the events of its own time step: those of the window before it, or of the stream. */
  readonly memory: 'step' | 'window' | 'stream';
}

/** What a time step became. */
export interface MadeFrame {
  /** Shape `[channels, height, width]`. */
  readonly values: FrameArray;
  /** Events lost because a value was at its maximum. */
  readonly saturated: number;
  /** Events outside the sensor, or the part of it that is shown. */
  readonly outside: number;
  /** Events that the rule has no place for. */
  readonly unrepresented: number;
}

/** Makes the frames of one stream, time step after time step. */
export interface FrameMaker {
  /** @param room where the values are to be; default: an array of their own. */
  make(step: EventSlice, room?: FrameArray): MadeFrame;
  /** The stream has a gap: what is remembered does not hold any more. */
  forget(): void;
}

/** What frames are made of. */
export interface FrameUse {
  readonly map: PixelMap;
  readonly countType: CountType;
}

/** What makes a representation known: one file in `representations`, one line in the registry. */
export interface RepresentationDefinition<Described extends DescribedOptions = DescribedOptions> {
  /** `voxel-grid`. */
  readonly id: string;
  /** In one sentence. */
  readonly summary: string;
  /** Where the rule is from. */
  readonly source: string;
  /** As on the command line. */
  readonly example: string;
  /** The rule: what an event adds, the edges, and what becomes of events out of order. For the documentation. */
  readonly rule: string;
  readonly options: Described;
  /** Values of options that go together, by name: `like:tonic`. */
  readonly presets?: Readonly<Record<string, Partial<OptionValues<Described>>>>;
  /** What is wrong with options that are right each for itself; `null`: nothing. */
  check?(options: OptionValues<Described>): string | null;
  form(options: OptionValues<Described>): FrameForm;
  /** Size of the frames, where it is not that of the picture. */
  size?(picture: SensorGeometry, options: OptionValues<Described>): SensorGeometry;
  create(use: FrameUse, options: OptionValues<Described>): FrameMaker;
}

type AnyOptions = Readonly<Record<string, OptionValue>>;

/** A definition among others: its options are checked before they come to it. */
export type AnyRepresentation = Omit<
  RepresentationDefinition,
  'presets' | 'check' | 'form' | 'size' | 'create'
> & {
  readonly presets?: Readonly<Record<string, AnyOptions>>;
  check?(options: AnyOptions): string | null;
  form(options: AnyOptions): FrameForm;
  size?(picture: SensorGeometry, options: AnyOptions): SensorGeometry;
  create(use: FrameUse, options: AnyOptions): FrameMaker;
};

/** Keeps the types of a definition's options while it is written. */
export function defineRepresentation<const Described extends DescribedOptions>(
  definition: RepresentationDefinition<Described>,
): AnyRepresentation {
  return definition as unknown as AnyRepresentation;
}

/** Names of the channels of the two polarities. */
export const POLARITIES: readonly string[] = ['OFF', 'ON'];
