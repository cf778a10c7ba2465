/**
 * The network description: a plain, validated, JSON-able graph, and what follows from it (shapes and
 * integer bounds of every edge). One description serves training, model files and every engine.
 */
import * as v from 'valibot';
import { POLARITY_CHANNELS } from '../frames/index.ts';
import { integerBetween } from './integer-between.ts';
import { NetworkError } from './errors.ts';
import {
  findLayerKind,
  INPUT_ID,
  layerKindOf,
  mapInputs,
  type AnyLayerSpec,
  type Inputs,
  type LayerNode,
  type SignalInfo,
} from './layers/index.ts';

/** A spiking network as data. */
export interface NetworkDescription {
  readonly name: string;
  /** Time steps T of a window. */
  readonly steps: number;
  /** Size of the input frames; larger sensors are downsampled by the binner. */
  readonly input: {
    readonly height: number;
    readonly width: number;
    /** Values of a pixel: 2 for frames of events (OFF, ON), 3 for images (red, green, blue). */
    readonly channels: number;
    /** Counts above this are cut to it. Bounds the integers of the first layer. */
    readonly maxCount: number;
  };
  /** Class names; the last layer has one unit for each. */
  readonly classes: readonly string[];
  /** V_th in the unit of the normalised drive. */
  readonly thresholdVoltage: number;
  /** Nodes in an order in which every input comes first. */
  readonly layers: readonly AnyLayerSpec[];
}

/**
 * Values of a time step of the input.
 *
 * @example
 * ```ts
 * import { inputLength } from 'saccade';
 * console.log(inputLength({ height: 32, width: 32, channels: 3 })); // 3072
 * ```
 */
export function inputLength({
  height,
  width,
  channels,
}: Pick<NetworkDescription['input'], 'height' | 'width' | 'channels'>): number {
  return channels * height * width;
}

const header = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  steps: integerBetween(1, 1024),
  input: v.strictObject({
    height: integerBetween(1, 4096),
    width: integerBetween(1, 4096),
    channels: v.optional(integerBetween(1, 64), POLARITY_CHANNELS),
    maxCount: v.optional(integerBetween(1, 65535), 15),
  }),
  classes: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200))), v.minLength(1), v.maxLength(65536)),
  thresholdVoltage: v.optional(v.pipe(v.number(), v.finite(), v.gtValue(0)), 1),
  layers: v.pipe(
    v.array(
      v.looseObject({ id: v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/)), kind: v.string() }),
    ),
    v.minLength(1),
    v.maxLength(1000),
  ),
});

function badDescription(issue: v.GenericIssue, path: string): NetworkError {
  const field = [path, v.getDotPath(issue) ?? ''].filter((part) => part !== '').join('.');
  return new NetworkError(
    'BAD_DESCRIPTION',
    field || 'network',
    `The network description is wrong: ${issue.message}.`,
  );
}

/**
 * Checks a description and fills in defaults.
 *
 * @param json parsed JSON from anywhere.
 * @throws {@link NetworkError} naming the field.
 *
 * @example
 * ```ts
 * import { parseNetwork } from 'saccade';
 * const network = parseNetwork({
 *   name: 'tiny', steps: 4, input: { height: 8, width: 8 }, classes: ['a', 'b'],
 *   layers: [
 *     { id: 'conv1', kind: 'conv', filters: 4, kernel: 3, weights: 'int8' },
 *     { id: 'mfp1', kind: 'mfp', structure: 'full' },
 *     { id: 'pool1', kind: 'averagePool', size: 2 },
 *     { id: 'readout', kind: 'linear', units: 2 },
 *   ],
 * });
 * console.log(network.layers.length, network.input.maxCount); // 4 15
 * ```
 */
export function parseNetwork(json: unknown): NetworkDescription {
  const outer = v.safeParse(header, json);
  if (!outer.success) throw badDescription(outer.issues[0], '');
  const layers = outer.output.layers.map((layer, i) => {
    const kind = findLayerKind(layer.kind);
    if (kind === undefined) {
      throw new NetworkError('UNKNOWN_LAYER', `layers.${i}.kind`, `There is no layer kind "${layer.kind}".`);
    }
    const parsed = v.safeParse(kind.schema, layer);
    if (!parsed.success) throw badDescription(parsed.issues[0], `layers.${i}`);
    return parsed.output as AnyLayerSpec;
  });
  const description: NetworkDescription = { ...outer.output, layers };
  resolveNetwork(description);
  return description;
}

/**
 * Works out every edge: shapes, integer bounds, units.
 *
 * @throws {@link NetworkError} for a graph that cannot run: unknown or repeated ids, nodes that read later ones, the
 * wrong number of nodes or none that reads them, layers that do not fit together, integers that could pass 2^24, a
 * read-out that does not match the classes.
 */
export function resolveNetwork(network: NetworkDescription): LayerNode[] {
  const { height, width, channels, maxCount } = network.input;
  const context = { steps: network.steps, thresholdVoltage: network.thresholdVoltage };
  const signals = new Map<string, SignalInfo>([
    [INPUT_ID, { content: 'counts', shape: [height, width, channels], bound: maxCount, unit: 1 }],
  ]);
  const nodes = network.layers.map((spec, i): LayerNode => {
    if (signals.has(spec.id)) {
      const use = spec.id === INPUT_ID ? "the network's input" : 'another node';
      throw new NetworkError('BAD_GRAPH', `layers.${i}.id`, `The id "${spec.id}" is that of ${use}.`);
    }
    const kind = layerKindOf(spec);
    const sources = sourcesOf(network, i, kind.arity);
    const inputs = mapInputs(sources, (source) => signals.get(source) ?? unknownSource(network, i, source));
    const output = kind.infer(spec, inputs, context);
    signals.set(spec.id, output);
    return { spec, sources, inputs, input: inputs[0], output, context };
  });
  requireReadOut(network, nodes);
  requireReaders(nodes);
  return nodes;
}

/** Ids of the nodes that a node reads: those it names, or the one before it. */
function sourcesOf({ layers }: NetworkDescription, index: number, arity: number): Inputs<string> {
  const before = layers[index - 1]?.id ?? INPUT_ID;
  const [first, ...others] = layers[index]!.inputs ?? [before];
  if (first === undefined || others.length + 1 !== arity) {
    throw new NetworkError(
      'BAD_GRAPH',
      `layers.${index}.inputs`,
      `A layer of kind ${layers[index]!.kind} reads ${arity} ${arity === 1 ? 'node' : 'nodes'}; name as many in "inputs".`,
    );
  }
  return [first, ...others];
}

function unknownSource({ layers }: NetworkDescription, index: number, source: string): never {
  const later = layers.some(({ id }) => id === source);
  throw new NetworkError(
    'BAD_GRAPH',
    `layers.${index}.inputs`,
    later ? `"${source}" does not come before this node.` : `There is no node "${source}".`,
  );
}

function requireReadOut({ classes, layers }: NetworkDescription, nodes: readonly LayerNode[]): void {
  const { content, shape } = nodes.at(-1)!.output;
  if (content !== 'logits' || shape[2] !== classes.length) {
    throw new NetworkError(
      'BAD_GRAPH',
      `layers.${layers.length - 1}`,
      `The last layer must be a linear one with a unit for each of the ${classes.length} classes.`,
    );
  }
}

function requireReaders(nodes: readonly LayerNode[]): void {
  const read = new Set(nodes.flatMap(({ sources }) => sources));
  const unread = nodes.findIndex(({ spec }, i) => i < nodes.length - 1 && !read.has(spec.id));
  if (unread >= 0) {
    throw new NetworkError('BAD_GRAPH', `layers.${unread}`, `No node reads "${nodes[unread]!.spec.id}".`);
  }
}
