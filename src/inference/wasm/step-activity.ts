/** What a time step did, from the kernels' own counters. */
import type { StepActivity } from '../step-results.ts';
import { synapticInput } from '../synaptic-operations.ts';
import { WORD_BYTES } from './channel-order.ts';
import type { Kernel } from './kernel.ts';
import type { PackedModel } from './packed-model.ts';
import type { Scratch } from './scratch.ts';
import type { Workspace } from './workspace.ts';

/** The account of a slot. Threads count apart; their scratch memories are added up. */
export function readActivity(
  packed: PackedModel,
  workspace: Workspace,
  kernel: Kernel,
  scratches: readonly Scratch[],
  slot: number,
): StepActivity {
  const { model, plan, counters } = packed;
  const spikesOf = (layer: string): number => {
    const { address, stepBytes } = workspace.maps[plan.mapOf.get(layer)!]!;
    return kernel.countSpikes(address + slot * stepBytes, stepBytes / WORD_BYTES);
  };
  const synapticOperations: number[] = [];
  for (const layer of model.layers) {
    const input = synapticInput(layer);
    if (input === null) continue;
    const counter = counters.get(layer.spec.id);
    if (counter === undefined) {
      // The spikes of a shortcut have one synapse each.
      synapticOperations.push(spikesOf(input.source));
      continue;
    }
    const perOutput = scratches.reduce((sum, scratch) => sum + scratch.operationsOf(slot, counter), 0);
    synapticOperations.push(perOutput * layer.output.shape[2]);
  }
  return { spikes: model.neuronLayers.map(spikesOf), synapticOperations };
}
