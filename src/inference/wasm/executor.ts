/** Runs the nodes of a plan on one thread. */
import type { Kernel } from './kernel.ts';
import type { PackedModel } from './packed-model.ts';
import type { PlanNode } from './plan.ts';
import type { Scratch } from './scratch.ts';
import type { Workspace } from './workspace.ts';

/** See the file comment. */
export class Executor {
  readonly kernel: Kernel;
  readonly scratch: Scratch;
  readonly #packed: PackedModel;

  constructor(kernel: Kernel, packed: PackedModel, scratch: Scratch) {
    this.kernel = kernel;
    this.#packed = packed;
    this.scratch = scratch;
  }

  /** A node over all steps of a clip. Logits go to `logits`, one row per step. */
  runClip(workspace: Workspace, node: PlanNode, logits: Int32Array[]): void {
    if (node.op === 'stage' && workspace.stage(node).neuron.stateBytes > 0) {
      this.#runStage(workspace, node, 0, 0, workspace.slots);
      return;
    }
    for (let step = 0; step < workspace.slots; step++) {
      const result = this.runStep(workspace, node, step, step);
      if (result !== undefined) logits[step] = result;
    }
  }

  /** A node in one time step, whose maps are in `slot`. Returns the logits of a read-out. */
  runStep(workspace: Workspace, node: PlanNode, step: number, slot: number): Int32Array | undefined {
    switch (node.op) {
      case 'stage':
        this.#runStage(workspace, node, step, slot, 1);
        return undefined;
      case 'maximum':
        this.#runMaximum(workspace, node, slot);
        return undefined;
      case 'sum':
        this.#runSum(workspace, node, slot);
        return undefined;
      case 'linear':
        return this.#runLinear(workspace, node, slot);
    }
  }

  #runStage(
    workspace: Workspace,
    node: Extract<PlanNode, { op: 'stage' }>,
    step: number,
    slot: number,
    steps: number,
  ): void {
    const { block, outHeight, bandRows } = workspace.stage(node);
    for (let row = 0; row < outHeight; row += bandRows)
      this.kernel.runStage(block, this.scratch.block, step, slot, steps, row, Math.min(outHeight, row + bandRows));
  }

  #runMaximum(workspace: Workspace, node: Extract<PlanNode, { op: 'maximum' }>, slot: number): void {
    const from = workspace.maps[node.in]!;
    const to = workspace.maps[node.out]!;
    const [outHeight, outWidth] = to.plan.shape;
    this.kernel.poolMaximum(
      from.address + slot * from.stepBytes,
      from.plan.shape[1],
      from.perPixel,
      node.size,
      outWidth,
      0,
      outHeight,
      to.address + slot * to.stepBytes,
    );
  }

  #runSum(workspace: Workspace, node: Extract<PlanNode, { op: 'sum' }>, slot: number): void {
    const from = workspace.maps[node.in]!;
    const to = workspace.maps[node.out]!;
    const [outHeight, outWidth] = to.plan.shape;
    const [height, width] = node.window;
    const map = from.address + slot * from.stepBytes;
    const out = to.address + slot * to.stepBytes;
    const fromWidth = from.plan.shape[1];
    if (from.plan.content === 'values')
      this.kernel.sumValues(map, fromWidth, to.perPixel, height, width, outWidth, 0, outHeight, out);
    else
      this.kernel.sumSpikes(
        map,
        fromWidth,
        from.perPixel,
        height,
        width,
        outWidth,
        to.perPixel,
        0,
        outHeight,
        out,
      );
  }

  #runLinear(workspace: Workspace, node: Extract<PlanNode, { op: 'linear' }>, slot: number): Int32Array {
    const { layer, size } = node;
    const { address, stepBytes, perPixel, plan } = workspace.maps[node.in]!;
    const map = address + slot * stepBytes;
    const [height, width, channels] = layer.input.shape;
    const { weights, units } = this.#packed.linear(layer);
    const { sums } = workspace;
    this.#packed.memory.views.i32.fill(0, sums / 4, sums / 4 + units);
    const operations =
      plan.content === 'values'
        ? this.kernel.linearValues(map, height * width, perPixel, channels, weights, units, sums)
        : this.kernel.linearSpikes(
            map,
            plan.shape[1],
            perPixel,
            channels,
            size,
            height,
            width,
            weights,
            units,
            sums,
          );
    this.scratch.addOperations(slot, workspace.counterOf(layer.spec.id), operations);
    return this.#packed.memory.views.i32.slice(sums / 4, sums / 4 + layer.spec.units);
  }
}
