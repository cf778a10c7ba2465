/** Writes the parameter blocks of stages: where their maps, weights, thresholds and lists are. */
import { convPadding, type ConvSpec, type PackedLayer, type Shape } from '../../network/index.ts';
import {
  blockBytes,
  INTEGER_SOURCE_FIELDS,
  NOT_COUNTED,
  SOURCE_FIELDS,
  SOURCE_KIND,
  STAGE_FIELDS,
  writeBlock,
} from './blocks.ts';
import { WORD_BYTES, wordsFor } from './channel-order.ts';
import type { MapPlace } from './map-place.ts';
import type { MemoryPurpose } from './memory.ts';
import { INTEGER_GROUP_BYTES } from './pack-weights.ts';
import type { PackedModel, PackedNeuron } from './packed-model.ts';
import type { CurrentsPlan, IntegerSourcePlan, SourcePlan } from './plan.ts';
import { gatheredBytes, ListLayout, type ScratchNeeds } from './scratch.ts';

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
    const lists = new ListLayout(currents.sources, outHeight, steps);
    const pixelState = neuron.stateBytes * words;
    const sharedState = streaming ? this.#state(pixelState * outHeight * outWidth) : 0;
    const extra = this.#packed.bounds(currents).extra;
    const stageBytes = blockBytes(STAGE_FIELDS);
    const sourceBytes = blockBytes(SOURCE_FIELDS) * currents.sources.length;
    const threadBytes =
      stageBytes + sourceBytes + blockBytes(INTEGER_SOURCE_FIELDS) * currents.integerSources.length;
    const block = this.#allocate(threadBytes * threads, 'scratch');
    for (let thread = 0; thread < threads; thread++) {
      const stage = block + thread * threadBytes;
      const sources = stage + stageBytes;
      const integerSources = sources + sourceBytes;
      currents.sources.forEach((source, i) => {
        this.#writeSource(sources + i * blockBytes(SOURCE_FIELDS), source, lists.fields[i]!);
      });
      currents.integerSources.forEach((source, i) => {
        this.#writeIntegerSource(integerSources + i * blockBytes(INTEGER_SOURCE_FIELDS), source);
      });
      const state = streaming ? sharedState : this.#state(pixelState);
      writeBlock(this.#packed.memory.views, stage, STAGE_FIELDS, {
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
        stateBytes: neuron.stateBytes,
        state,
        statePixelBytes: streaming ? pixelState : 0,
      });
    }
    return { block, threadBytes, needs: { lists: lists.bytes, ...gatheredBytes(currents), words } };
  }

  #state(bytes: number): number {
    return bytes === 0 ? 0 : this.#allocate(bytes, 'state');
  }

  #writeSource(
    block: number,
    { kind, conv, shape, bit, plane, counts, map }: SourcePlan,
    lists: Readonly<Record<string, number>>,
  ): void {
    const { address, stepBytes, perPixel, plan } = this.#maps[map]!;
    const common = {
      kind: SOURCE_KIND[kind],
      map: address,
      mapStepBytes: stepBytes,
      inHeight: shape[0],
      inWidth: shape[1],
      inWords: perPixel,
      mapWidth: plan.shape[1],
      bit,
      plane,
      ...lists,
    };
    if (conv === null) {
      const zeroRow = this.#allocate(perPixel * WORD_BYTES, 'scratch');
      const identity = { ...common, zeroRow, kernel: 1, stride: 1, counter: NOT_COUNTED };
      writeBlock(this.#packed.memory.views, block, SOURCE_FIELDS, identity);
      return;
    }
    const { weights, zeroRow, rowBytes, byteOffsets } = this.#packed.binary(conv);
    const tapBytes = conv.input.shape[2] * rowBytes;
    writeBlock(this.#packed.memory.views, block, SOURCE_FIELDS, {
      ...common,
      ...geometry(conv),
      weights,
      zeroRow,
      rowBytes,
      tapBytes,
      tapRowBytes: conv.spec.kernel * tapBytes,
      counter: this.#counterOf(conv, counts),
      byteOffsets,
    });
  }

  #writeIntegerSource(block: number, { map, shift, counts, conv }: IntegerSourcePlan): void {
    const { address, stepBytes, perPixel, plan } = this.#maps[map]!;
    const { weights, groups, compress } = this.#packed.integer(conv);
    const inPairs = perPixel / 2;
    const pairBytes = INTEGER_GROUP_BYTES * groups;
    const tapBytes = inPairs * pairBytes;
    writeBlock(this.#packed.memory.views, block, INTEGER_SOURCE_FIELDS, {
      map: address,
      mapStepBytes: stepBytes,
      inHeight: plan.shape[0],
      inWidth: plan.shape[1],
      inPairs,
      inRowBytes: 4 * inPairs * plan.shape[1],
      ...geometry(conv),
      weights,
      groups,
      pairBytes,
      tapBytes,
      tapRowBytes: conv.spec.kernel * tapBytes,
      compress,
      shift,
      counter: this.#counterOf(conv, counts),
    });
  }

  /** The counter of a convolution's synaptic operations, or the one of what counts nowhere. */
  #counterOf({ spec }: PackedLayer<ConvSpec>, counts: boolean): number {
    const { counters } = this.#packed;
    return counts ? counters.get(spec.id)! : counters.size;
  }
}

function geometry(conv: PackedLayer<ConvSpec>): Record<'kernel' | 'stride' | 'padTop' | 'padLeft', number> {
  const { kernel, stride } = conv.spec;
  const { top, left } = convPadding(conv);
  return { kernel, stride, padTop: top, padLeft: left };
}
