/** Writes the parameter blocks of stages: where their maps, weights, thresholds and lists are. */
import { convPadding, type ConvSpec, type PackedLayer, type Shape } from '../../network/index.ts';
import {
  blockBytes,
  INTEGER_SOURCE_FIELDS,
  NOT_COUNTED,
  SOURCE_FIELDS,
  SOURCE_KIND,
  STAGE_FIELDS,
  WINDOW_FIELDS,
  writeBlock,
  type BlockValues,
} from './blocks.ts';
import { WORD_BYTES, wordsFor } from './channel-order.ts';
import type { MapPlace } from './map-place.ts';
import type { MemoryPurpose } from './memory.ts';
import { INTEGER_GROUP_BYTES } from './pack-weights.ts';
import type { PackedModel, PackedNeuron } from './packed-model.ts';
import type { CurrentsPlan, IntegerSourcePlan, SourcePlan } from './plan.ts';
import { gatheredBytes, ListLayout, type ListFields, type ScratchNeeds } from './scratch.ts';

const STAGE_BYTES = blockBytes(STAGE_FIELDS);
const WINDOW_BYTES = blockBytes(WINDOW_FIELDS);
const SOURCE_BYTES = WINDOW_BYTES + blockBytes(SOURCE_FIELDS);
const INTEGER_SOURCE_BYTES = WINDOW_BYTES + blockBytes(INTEGER_SOURCE_FIELDS);

/** What a stage is made of. */
export interface StageParts {
  readonly shape: Shape;
  readonly currents: CurrentsPlan;
  readonly neuron: PackedNeuron;
  /** Address of the output map. */
  readonly out: number;
  /** Time steps of one call. */
  readonly steps: number;
  /** Whether every pixel has a memory of its own that outlasts a call. */
  readonly streaming: boolean;
}

/** Blocks of a stage, one after the other for each thread. */
export interface StagePlace {
  readonly block: number;
  readonly threadBytes: number;
  readonly needs: ScratchNeeds;
}

/** See the file comment. */
export class StageWriter {
  readonly #packed: PackedModel;
  readonly #maps: readonly MapPlace[];
  readonly #allocate: (bytes: number, purpose: MemoryPurpose) => number;

  constructor(
    packed: PackedModel,
    maps: readonly MapPlace[],
    allocate: (bytes: number, purpose: MemoryPurpose) => number,
  ) {
    this.#packed = packed;
    this.#maps = maps;
    this.#allocate = allocate;
  }

  /** Places a stage for some threads: they share all but the fields that the kernels write. */
  place(parts: StageParts, threads: number): StagePlace {
    const { currents, shape, neuron, steps, streaming } = parts;
    const [outHeight, outWidth, channels] = shape;
    const words = wordsFor(channels);
    const lists = new ListLayout(currents, outHeight, steps);
    const stateBytes = (streaming ? neuron.streamStateBytes : undefined) ?? neuron.stateBytes;
    const pixelState = stateBytes * words;
    const sharedState = streaming ? this.#state(pixelState * outHeight * outWidth) : 0;
    const extra = this.#packed.bounds(currents).extra;
    const sourceBytes = SOURCE_BYTES * currents.sources.length;
    const threadBytes = STAGE_BYTES + sourceBytes + INTEGER_SOURCE_BYTES * currents.integerSources.length;
    const block = this.#allocate(threadBytes * threads, 'scratch');
    for (let thread = 0; thread < threads; thread++) {
      const stage = block + thread * threadBytes;
      const sources = stage + STAGE_BYTES;
      const integerSources = sources + sourceBytes;
      currents.sources.forEach((source, i) => {
        this.#writeSource(sources + i * SOURCE_BYTES, source, lists.sources[i]!);
      });
      currents.integerSources.forEach((source, i) => {
        this.#writeIntegerSource(integerSources + i * INTEGER_SOURCE_BYTES, source, lists.integerSources[i]!);
      });
      const state = streaming ? sharedState : this.#state(pixelState);
      this.#write(stage, STAGE_FIELDS, {
        outHeight,
        outWidth,
        words,
        channels,
        bandRows: lists.bandRows,
        out: parts.out,
        outStepBytes: outHeight * outWidth * words * WORD_BYTES,
        sources,
        sourceCount: currents.sources.length,
        integerSources,
        integerCount: currents.integerSources.length,
        neuron: neuron.neuron,
        ...neuron.fields,
        extra,
        steps: this.#packed.model.network.steps,
        stateBytes,
        state,
        statePixelBytes: streaming ? pixelState : 0,
      });
    }
    return { block, threadBytes, needs: { lists: lists.bytes, ...gatheredBytes(currents), words } };
  }

  #state(bytes: number): number {
    return bytes === 0 ? 0 : this.#allocate(bytes, 'state');
  }

  #writeSource(block: number, source: SourcePlan, lists: ListFields): void {
    const { kind, conv, shape, bit, plane, counts, map } = source;
    const { perPixel, plan } = this.#maps[map]!;
    const common = {
      kind: SOURCE_KIND[kind],
      inWords: perPixel,
      inHalves: Math.ceil(shape[2] / 64),
      mapWidth: plan.shape[1],
      bit,
      plane,
    };
    if (conv === null) {
      const zeroRow = this.#allocate(perPixel * WORD_BYTES, 'scratch');
      this.#writeWindow(block, map, shape, { ...lists, kernel: 1, stride: 1, counter: NOT_COUNTED });
      this.#write(block + WINDOW_BYTES, SOURCE_FIELDS, { ...common, zeroRow });
      return;
    }
    const { weights, zeroRow, rowBytes, byteOffsets } = this.#packed.binary(conv);
    const counter = this.#counterOf(conv, counts);
    const tapBytes = conv.input.shape[2] * rowBytes;
    this.#writeWindow(block, map, shape, { ...lists, ...geometry(conv, tapBytes), weights, counter });
    this.#write(block + WINDOW_BYTES, SOURCE_FIELDS, { ...common, zeroRow, rowBytes, byteOffsets });
  }

  #writeIntegerSource(block: number, source: IntegerSourcePlan, lists: ListFields): void {
    const { map, shift, counts, conv } = source;
    const { weights, groups } = this.#packed.integer(conv);
    const inPairs = this.#maps[map]!.perPixel / 2;
    const pairBytes = INTEGER_GROUP_BYTES * groups;
    const counter = this.#counterOf(conv, counts);
    const tapBytes = inPairs * pairBytes;
    const { shape } = conv.input;
    this.#writeWindow(block, map, shape, { ...lists, ...geometry(conv, tapBytes), weights, counter });
    this.#write(block + WINDOW_BYTES, INTEGER_SOURCE_FIELDS, { inPairs, groups, pairBytes, shift });
  }

  #writeWindow(
    block: number,
    map: number,
    [inHeight, inWidth]: Shape,
    values: BlockValues<typeof WINDOW_FIELDS>,
  ): void {
    const { address, stepBytes } = this.#maps[map]!;
    this.#write(block, WINDOW_FIELDS, {
      map: address,
      mapStepBytes: stepBytes,
      inHeight,
      inWidth,
      ...values,
    });
  }

  #write<Fields extends readonly string[]>(block: number, fields: Fields, values: BlockValues<Fields>): void {
    writeBlock(this.#packed.memory.views, block, fields, values);
  }

  /** The counter of a convolution's synaptic operations, or the one of what counts nowhere. */
  #counterOf({ spec }: PackedLayer<ConvSpec>, counts: boolean): number {
    const { counters } = this.#packed;
    return counts ? counters.get(spec.id)! : counters.size;
  }
}

function geometry(conv: PackedLayer<ConvSpec>, tapBytes: number): BlockValues<typeof WINDOW_FIELDS> {
  const { kernel, stride } = conv.spec;
  const { top, left } = convPadding(conv);
  return { kernel, stride, padTop: top, padLeft: left, tapBytes, tapRowBytes: kernel * tapBytes };
}
