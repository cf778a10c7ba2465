/** The model file: one `.safetensors` file with weights, thresholds, description and provenance. */
import * as v from 'valibot';
import { integerBetween } from './integer-between.ts';
import { CONVENTIONS, sensorName, type OwnedBytes } from '../events/index.ts';
import { filterSpec, type FilterSpec } from '../filters/index.ts';
import {
  COUNTS,
  FRAME_RULE_DEFAULTS,
  REMAINDER_POLICIES,
  representationSpec,
  requireFrameRule,
  requireNetworkRepresentation,
  SENSOR_FITS,
  type BinningSpec,
  type RepresentationSpec,
} from '../frames/index.ts';
import { parseNetwork, resolveNetwork, type NetworkDescription } from './description.ts';
import { NetworkError } from './errors.ts';
import { createModel } from './fold-network.ts';
import { layerKindOf, type LayerNode, type PackedLayer } from './layers/index.ts';
import { ModelFileError } from './model-file-error.ts';
import {
  requireInput,
  RGB,
  takesImages,
  type AnyModel,
  type EventInput,
  type ImageInput,
  type Model,
  type ModelInput,
  type TrainingProvenance,
} from './model.ts';
import { EXACT_FLOAT32_BOUND } from './neuron/folding.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { NamedTensor } from './tensor.ts';

const FORMAT_VERSION = '1';
const LFS_MAGIC = 'version https://git-lfs';

const steps = integerBetween(1, 1024);
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const notNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
const share = v.pipe(notNegative, v.ltValue(1));
const finite = v.pipe(v.number(), v.finite());
const binningSchema: v.GenericSchema<unknown, BinningSpec> = v.variant('by', [
  v.strictObject({ by: v.literal('number'), steps }),
  v.strictObject({ by: v.literal('time'), steps, emptyBin: v.exactOptional(v.picklist(['error', 'zero'])) }),
  v.strictObject({ by: v.literal('duration'), durationMicros: positive }),
  v.strictObject({ by: v.literal('duration-legacy'), durationMicros: positive }),
  v.strictObject({
    by: v.literal('tonic-time-window'),
    durationMicros: positive,
    overlapMicros: v.exactOptional(notNegative),
    includeIncomplete: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ by: v.literal('tonic-time-bins'), steps, overlap: v.exactOptional(share) }),
  v.strictObject({
    by: v.literal('tonic-event-count'),
    stepEvents: integerBetween(1),
    overlapEvents: v.exactOptional(integerBetween(0)),
    includeIncomplete: v.exactOptional(v.boolean()),
  }),
  v.strictObject({ by: v.literal('tonic-event-bins'), steps, overlap: v.exactOptional(share) }),
  v.strictObject({
    by: v.literal('fixed-duration'),
    stepMicros: positive,
    steps,
    strideMicros: v.exactOptional(positive),
  }),
  v.strictObject({
    by: v.literal('fixed-count'),
    stepEvents: integerBetween(1),
    steps,
    strideEvents: v.exactOptional(integerBetween(1)),
  }),
  v.strictObject({ by: v.literal('mixed'), stepMicros: positive, stepEvents: integerBetween(1), steps }),
]);
/** What a function that throws makes of a value. */
function checkedBy<Value, Spec>(check: (value: Value) => Spec): v.RawTransformAction<Value, Spec> {
  return v.rawTransform<Value, Spec>(({ dataset: { value }, addIssue, NEVER }) => {
    try {
      return check(value);
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) });
      return NEVER;
    }
  });
}
/** Every option is stated again, in the order of the filter's own, so that equal filters have equal bytes. */
const filterSchema: v.GenericSchema<unknown, FilterSpec> = v.pipe(
  v.looseObject({ filter: v.string() }),
  checkedBy(filterSpec),
);
/** Of two channels of whole numbers. Files of before state the word alone. */
const representationSchema: v.GenericSchema<unknown, RepresentationSpec> = v.pipe(
  v.union([v.literal('counts'), v.looseObject({ name: v.string() })]),
  checkedBy((stated) => {
    const spec = representationSpec(stated === 'counts' ? COUNTS : stated);
    requireNetworkRepresentation(spec);
    return spec;
  }),
);
/** Files that state only sensor, convention and binning mean the usual values of the rest. */
const statedSchema: v.GenericSchema<unknown, EventInput> = v.strictObject({
  sensor: v.strictObject({ width: integerBetween(1, 65536), height: integerBetween(1, 65536) }),
  fit: v.optional(v.picklist(SENSOR_FITS), FRAME_RULE_DEFAULTS.fit),
  convention: v.picklist(CONVENTIONS),
  filters: v.optional(v.array(filterSchema), []),
  binning: binningSchema,
  remainder: v.optional(v.picklist(REMAINDER_POLICIES), FRAME_RULE_DEFAULTS.remainder),
  representation: v.optional(representationSchema, COUNTS),
  countType: v.optional(v.picklist(['uint8', 'uint16', 'uint32']), FRAME_RULE_DEFAULTS.countType),
});
const eventSchema: v.GenericSchema<unknown, EventInput> = v.pipe(
  statedSchema,
  checkedBy((input) => {
    requireFrameRule(input);
    return input;
  }),
);
const imageSchema: v.GenericSchema<unknown, ImageInput> = v.strictObject({
  encoding: v.literal('direct'),
  size: v.strictObject({ width: integerBetween(1, 4096), height: integerBetween(1, 4096) }),
  channels: v.strictTuple([v.literal(RGB[0]), v.literal(RGB[1]), v.literal(RGB[2])]),
});
/** Which of them it is tells `encoding`, so that faults are of the one that is meant. */
const inputSchema: v.GenericSchema<unknown, ModelInput> = v.lazy((input) =>
  typeof input === 'object' && input !== null && 'encoding' in input ? imageSchema : eventSchema,
);
const trainingSchema = v.looseObject({
  dataset: v.string(),
  split: v.string(),
  seed: finite,
  epochs: finite,
});

/**
 * The bytes of a model file. Equal models give equal bytes.
 *
 * Tensors are named `<layer id>.<name>`: `weight` (1-bit weights packed along the output channels, bit
 * c & 7 of byte c >> 3, +1 = 1), `alpha`, `threshold [T, channels]`, `flip`, `mixing` and `mTau [T, T]`,
 * of a LIF neuron `scale`, `bias` and `threshold [channels]`, …
 * The metadata hold `network`, `input` and `training` as JSON.
 */
export function writeModel(model: AnyModel): OwnedBytes {
  const tensors: Record<string, NamedTensor> = {};
  for (const layer of model.layers) {
    for (const [name, tensor] of Object.entries(layer.tensors)) tensors[`${layer.spec.id}.${name}`] = tensor;
  }
  const metadata = {
    format: 'saccade-model',
    version: FORMAT_VERSION,
    network: JSON.stringify(model.network),
    // Parsed, so that equal inputs have equal bytes whatever order their fields were given in.
    input: JSON.stringify(v.parse(inputSchema, model.input)),
    training: JSON.stringify(model.training),
  };
  return writeSafetensors({ tensors, metadata });
}

/**
 * Reads a model file and checks everything: container, metadata, network, and for every layer that each
 * tensor is there with its type and shape, that numbers are finite and integers within their bounds.
 *
 * @throws {@link ModelFileError} with code, field and byte offset; `TAKES_IMAGES` for a model of images, which
 * {@link readAnyModel} reads.
 */
export function readModel(file: Uint8Array): Model {
  const { input, ...model } = readAnyModel(file);
  if (!takesImages(input)) return { ...model, input };
  throw new ModelFileError(
    'TAKES_IMAGES',
    'input',
    8,
    `The model takes images of ${sensorName(input.size)} pixels, and no recordings of events: it is for \`saccade evaluate\` on a data set of images.`,
  );
}

/**
 * The same for models of recordings and of images.
 *
 * @throws {@link ModelFileError}
 */
export function readAnyModel(file: Uint8Array): AnyModel {
  if (new TextDecoder().decode(file.subarray(0, LFS_MAGIC.length)) === LFS_MAGIC) {
    throw new ModelFileError(
      'GIT_LFS_POINTER',
      'file',
      0,
      'This is a Git LFS pointer, not the model. Run `git lfs pull`.',
    );
  }
  const { tensors, metadata } = readSafetensors(file);
  if (metadata['format'] !== 'saccade-model') {
    throw new ModelFileError(
      'NOT_A_MODEL',
      'format',
      8,
      'This safetensors file does not hold a saccade model.',
    );
  }
  if (metadata['version'] !== FORMAT_VERSION) {
    throw new ModelFileError(
      'UNSUPPORTED_VERSION',
      'version',
      8,
      `Version ${String(metadata['version'])} is not ${FORMAT_VERSION}; use the saccade that wrote it.`,
    );
  }
  const network = readNetwork(metadata['network']);
  const input = parseField('input', metadata['input'], inputSchema);
  checkInput(network, input);
  const training: TrainingProvenance = parseField('training', metadata['training'], trainingSchema);
  const layers = resolveNetwork(network).map((node) => readLayer(node, tensors));
  const known = new Set(
    layers.flatMap((layer) => Object.keys(layer.tensors).map((name) => `${layer.spec.id}.${name}`)),
  );
  const unknown = Object.keys(tensors).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new ModelFileError('UNKNOWN_TENSOR', unknown, 8, `The network has no place for tensor ${unknown}.`);
  return createModel(network, layers, input, training);
}

function parseField<T>(field: string, json: string | undefined, schema: v.GenericSchema<unknown, T>): T {
  try {
    return v.parse(schema, JSON.parse(json ?? 'null'));
  } catch (cause) {
    const why = cause instanceof v.ValiError ? ` ${cause.message}` : '';
    const problem = `The metadata entry ${field} is missing or malformed.${why}`;
    throw new ModelFileError('BAD_METADATA', field, 8, problem, { cause });
  }
}

function readNetwork(json: string | undefined): NetworkDescription {
  const parsed = parseField('network', json, v.unknown());
  try {
    return parseNetwork(parsed);
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    throw new ModelFileError('BAD_METADATA', `network.${cause.field}`, 8, cause.message, { cause });
  }
}

function checkInput(network: NetworkDescription, input: ModelInput): void {
  try {
    requireInput(network, input);
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    throw new ModelFileError('BAD_METADATA', `network.${cause.field}`, 8, cause.message, { cause });
  }
}

function readLayer(node: LayerNode, tensors: Readonly<Record<string, NamedTensor>>): PackedLayer {
  const own: Record<string, NamedTensor> = {};
  for (const [name, spec] of Object.entries(layerKindOf(node.spec).tensorSpecs(node))) {
    const field = `${node.spec.id}.${name}`;
    const tensor = tensors[field];
    if (tensor === undefined)
      throw new ModelFileError('MISSING_TENSOR', field, 8, `Tensor ${field} is missing.`);
    if (tensor.dtype !== spec.dtype || tensor.shape.join() !== spec.shape.join()) {
      throw new ModelFileError(
        'BAD_TENSOR',
        field,
        8,
        `Expected ${spec.dtype} [${spec.shape.join()}], got ${tensor.dtype} [${tensor.shape.join()}].`,
      );
    }
    checkValues(field, tensor);
    own[name] = tensor;
  }
  const layer = { ...node, tensors: own };
  const bound = layerKindOf(node.spec).accumulatorBound?.(layer) ?? 0;
  if (!(bound < EXACT_FLOAT32_BOUND)) {
    const problem = `Sums of this layer may reach ${bound}, beyond 2^24.`;
    throw new ModelFileError('BAD_TENSOR', node.spec.id, 8, problem);
  }
  return layer;
}

function checkValues(field: string, { dtype, data }: NamedTensor): void {
  if (dtype !== 'F32' && dtype !== 'I32') return;
  for (let i = 0; i < data.length; i++) {
    if (!(Math.abs(data[i]!) <= (dtype === 'I32' ? EXACT_FLOAT32_BOUND : Number.MAX_VALUE))) {
      throw new ModelFileError('BAD_TENSOR', `${field}[${i}]`, 8, `${data[i]!} is out of range.`);
    }
  }
}
