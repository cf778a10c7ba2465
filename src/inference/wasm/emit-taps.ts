/** Hands layers' outputs to who listens, from what the kernels left in memory. */
import { INPUT_ID, layerKindOf, mapInputs, type PackedLayer, type StepValues } from '../../network/index.ts';
import type { LayerTaps } from '../engine.ts';
import { tellTap } from '../step-results.ts';
import type { Kernel } from './kernel.ts';
import type { PackedModel } from './packed-model.ts';
import type { Scratch } from './scratch.ts';
import type { Workspace } from './workspace.ts';

/** Tells the listeners of one step, whose maps are in `slot`. */
export function emitTaps(
  packed: PackedModel,
  workspace: Workspace,
  kernel: Kernel,
  scratch: Scratch,
  taps: LayerTaps,
  step: number,
  slot: number,
): void {
  const { layers } = packed.model;
  const known = new Map<string, StepValues>();
  const valuesOf = (id: string): StepValues => {
    const values = known.get(id) ?? read(id);
    known.set(id, values);
    return values;
  };
  const read = (id: string): StepValues => {
    if (id === INPUT_ID) return workspace.readCounts(slot);
    if (packed.plan.mapOf.has(id)) return workspace.readSpikes(id, slot);
    const layer = layers.find(({ spec }) => spec.id === id)!;
    if (layer.spec.kind === 'linear') return workspace.logitsOf(slot);
    if (layer.spec.kind === 'conv') return workspace.readCurrents(layer, slot, kernel, scratch);
    return derive(layer);
  };
  /** Pools and sums are part of what reads them and never computed; their own arithmetic says what they are. */
  const derive = (layer: PackedLayer): StepValues =>
    layerKindOf(layer.spec)
      .createRunner(layer, workspace.options.mode)
      .step(step, mapInputs(layer.sources, valuesOf));
  for (const layer of layers)
    if (taps.has(layer.spec.id)) tellTap(taps, layer, step, valuesOf(layer.spec.id));
}
