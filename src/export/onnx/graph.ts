/** Collects the nodes and constants of an ONNX graph. */
import type { OwnedBytes } from '../../events/index.ts';
import { ExportError } from '../errors.ts';
import {
  modelMessage,
  nodeMessage,
  tensorMessage,
  valueInfoMessage,
  type AttributeValue,
  type OnnxArrays,
  type OnnxDtype,
} from './messages.ts';

/** Version of the ONNX operators that exported graphs use. */
export const ONNX_OPSET = 13;

/** The file version that goes with {@link ONNX_OPSET}. */
const IR_VERSION = 7;

/** Protobuf's limit for a message. */
const MAX_BYTES = 2 ** 31 - 1;

/** An attribute: a whole number, a list of them, a text, or `{ float }`. */
export type OnnxAttribute = AttributeValue;

/** What a node has besides its operator and inputs. */
export interface OnnxNodeOptions {
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Name of the output. Default: made up. */
  readonly output?: string;
  /** Operator domain with its version, for operators outside ONNX. */
  readonly domain?: { readonly name: string; readonly version: number };
}

/**
 * An ONNX graph under construction. Methods return the name of the value they define.
 *
 * @example
 * ```ts
 * import { OnnxGraph } from 'saccade/export';
 * const graph = new OnnxGraph('twice');
 * const x = graph.input('x', 'float', [3]);
 * const two = graph.constant('two', 'float', [1], Float32Array.of(2));
 * graph.output(graph.node('Mul', [x, two], { output: 'y' }), 'float', [3]);
 * console.log(graph.toBytes().length > 100); // true
 * ```
 */
export class OnnxGraph {
  readonly #name: string;
  readonly #nodes: Uint8Array[] = [];
  readonly #constants: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  readonly #opsets: Record<string, number> = { '': ONNX_OPSET };
  #bytes = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** An input of the graph. */
  input(name: string, dtype: OnnxDtype, dims: readonly number[]): string {
    this.#inputs.push(valueInfoMessage(name, dtype, dims));
    return name;
  }

  /** Makes a value that a node defined an output of the graph. */
  output(name: string, dtype: OnnxDtype, dims: readonly number[]): void {
    this.#outputs.push(valueInfoMessage(name, dtype, dims));
  }

  /**
   * A constant, row-major.
   *
   * @throws ExportError `TOO_LARGE` when the file would pass 2 GiB.
   */
  constant<Dtype extends OnnxDtype>(
    name: string,
    dtype: Dtype,
    dims: readonly number[],
    data: OnnxArrays[Dtype],
  ): string {
    this.#bytes += data.length * data.BYTES_PER_ELEMENT;
    if (this.#bytes > MAX_BYTES) {
      throw new ExportError('TOO_LARGE', name, 'An ONNX file with its weights inside ends at 2 GiB.');
    }
    this.#constants.push(tensorMessage(name, dtype, dims, data));
    return name;
  }

  /** A node with one output. */
  node(
    opType: string,
    inputs: readonly string[],
    { attributes = {}, domain, output }: OnnxNodeOptions = {},
  ): string {
    const name = output ?? `${opType}_${this.#nodes.length}`;
    if (domain !== undefined) this.#opsets[domain.name] = domain.version;
    const parts = { name: `node_${name}`, opType, domain: domain?.name ?? '', inputs, outputs: [name] };
    this.#nodes.push(nodeMessage({ ...parts, attributes }));
    return name;
  }

  /** The file. */
  toBytes({
    doc = '',
    metadata = {},
  }: {
    readonly doc?: string;
    readonly metadata?: Readonly<Record<string, string>>;
  } = {}): OwnedBytes {
    return modelMessage({
      irVersion: IR_VERSION,
      producer: 'saccade',
      doc,
      graphName: this.#name,
      opsets: this.#opsets,
      metadata,
      nodes: this.#nodes,
      initializers: this.#constants,
      inputs: this.#inputs,
      outputs: this.#outputs,
    });
  }
}
