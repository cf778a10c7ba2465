/** The one walk over a network's graph: training, folding, engines and exports all go this way. */
import { INPUT_ID, mapInputs, type Inputs, type LayerNode } from './layers/index.ts';

/**
 * Visits the nodes in order and hands each the values of the nodes that it reads. A value is let go before the last
 * node that reads it is visited, so no more are alive than the graph needs.
 *
 * @param input the value of the network's input.
 * @param visit makes the value of a node.
 * @returns the value of the last node.
 *
 * @example
 * ```ts
 * import { randomModel, walkGraph } from 'saccade';
 * const path = walkGraph(randomModel().layers, 'counts', ({ spec }, [input]) => `${input} > ${spec.id}`);
 * console.log(path); // 'counts > conv1 > mfp1 > pool1 > conv2 > mfp2 > readout'
 * ```
 */
export function walkGraph<Node extends Pick<LayerNode, 'spec' | 'sources'>, Value>(
  nodes: readonly Node[],
  input: Value,
  visit: (node: Node, inputs: Inputs<Value>, index: number) => Value,
): Value {
  const lastReader = new Map<string, number>();
  nodes.forEach(({ sources }, index) => sources.forEach((source) => lastReader.set(source, index)));
  const values = new Map<string, Value>([[INPUT_ID, input]]);
  let last = input;
  nodes.forEach((node, index) => {
    const inputs = mapInputs(node.sources, (source) => values.get(source) as Value);
    for (const source of node.sources) if (lastReader.get(source) === index) values.delete(source);
    last = visit(node, inputs, index);
    values.set(node.spec.id, last);
  });
  return last;
}

/**
 * The nodes that read each node, by its id; nobody reads the last.
 *
 * @example
 * ```ts
 * import { randomModel, readersOf } from 'saccade';
 * console.log(readersOf(randomModel().layers).get('mfp1')?.map(({ spec }) => spec.id)); // ['pool1']
 * ```
 */
export function readersOf<Node extends Pick<LayerNode, 'spec' | 'sources'>>(
  nodes: readonly Node[],
): ReadonlyMap<string, readonly Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const source of new Set(node.sources)) readers.set(source, [...(readers.get(source) ?? []), node]);
  }
  return readers;
}
