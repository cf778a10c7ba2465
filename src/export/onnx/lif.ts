/** The ONNX form of the resetting neuron: its time steps one after the other, in integers that float32 holds. */
import { DECAY_PARTS, tensorData, type LifSpec, type PackedLayer } from '../../network/index.ts';
import type { OnnxGraph } from './graph.ts';
import type { Emitter } from './layers.ts';

/** Names the value that a step hands to the next: the potential, 0 where it fired, after the leak. */
type CarryOver = (potential: string, fires: string) => string;

/** The leak is split as in the evaluation pass, so that no product passes 2^24: U = 16 q + r. */
function carryOver(graph: OnnxGraph, { id, decay }: LifSpec): CarryOver {
  const number = (name: string, value: number): string =>
    graph.constant(`${id}.${name}`, 'float', [1], Float32Array.of(value));
  const zero = number('zero', 0);
  const half = number('half', 0.5);
  const partsInOne = number('partsInOne', DECAY_PARTS);
  const oneInParts = number('oneInParts', 1 / DECAY_PARTS);
  const parts = number('parts', DECAY_PARTS * decay);
  const share = number('decay', decay);
  return (potential, fires) => {
    const membrane = graph.node('Where', [fires, zero, potential]);
    const whole = graph.node('Floor', [graph.node('Mul', [membrane, oneInParts])]);
    const rest = graph.node('Sub', [membrane, graph.node('Mul', [whole, partsInOne])]);
    const rounded = graph.node('Floor', [graph.node('Add', [graph.node('Mul', [rest, share]), half])]);
    return graph.node('Add', [graph.node('Mul', [whole, parts]), rounded]);
  };
}

/** See {@link LifSpec}. */
export const emitLif: Emitter = ({ graph, layer, inputs }) => {
  const { spec, context, output } = layer as PackedLayer<LifSpec>;
  const [{ name, factor }] = inputs;
  const perChannel = (tensor: string, times = 1): string => {
    const values = Float32Array.from(tensorData(layer, tensor, 'I32'), (value) => value * times);
    return graph.constant(`${spec.id}.${tensor}`, 'float', [1, output.shape[2], 1, 1], values);
  };
  const threshold = perChannel('threshold');
  const scaled = graph.node('Mul', [name, perChannel('scale', factor)]);
  const drive = graph.node('Add', [scaled, perChannel('bias')]);
  const spikes: string[] = [];
  let carry: CarryOver | undefined;
  let carried: string | undefined;
  for (let t = 0; t < context.steps; t++) {
    const step = graph.constant(`${spec.id}.step${t}`, 'int64', [1], BigInt64Array.of(BigInt(t)));
    const own = graph.node('Gather', [drive, step], { attributes: { axis: 0 } });
    const potential: string = carried === undefined ? own : graph.node('Add', [carried, own]);
    const fires = graph.node('GreaterOrEqual', [potential, threshold]);
    spikes.push(fires);
    if (t === context.steps - 1) break;
    carry ??= carryOver(graph, spec);
    carried = carry(potential, fires);
  }
  const all = graph.node('Concat', spikes, { attributes: { axis: 0 } });
  return { name: graph.node('Cast', [all], { output: spec.id, attributes: { to: 1 } }), factor: 1 };
};
