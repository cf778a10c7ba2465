/** One node of a plan. */
import { Node, Op, Scratch, Stage } from './blocks';
import { addOperations } from './currents';
import { linearSpikes, linearValues, poolMaximum, sumSpikes, sumValues } from './maps';
import { runStage } from './stage';

/**
 * Runs output rows `firstRow` … `endRow` - 1 (or as many as there are) of `steps` time steps from `step` on, whose
 * maps are in the slots from `slot` on. A read-out has one row.
 */
export function runNode(
  node: Node,
  s: Scratch,
  thread: u32,
  step: u32,
  slot: u32,
  steps: u32,
  firstRow: u32,
  endRow: u32,
): void {
  endRow = min(endRow, node.outHeight);
  if (node.op === Op.STAGE) {
    const stage = changetype<Stage>(node.stage + thread * node.stageThreadBytes);
    runStage(stage, s, step, slot, steps, firstRow, endRow);
    return;
  }
  for (const end = slot + steps; slot < end; slot++) {
    const map = node.map + slot * node.mapStepBytes;
    const out = node.out + slot * node.outStepBytes;
    switch (node.op) {
      case Op.MAXIMUM:
        poolMaximum(node, map, out, firstRow, endRow);
        break;
      case Op.SUM_SPIKES:
        sumSpikes(node, map, out, firstRow, endRow);
        break;
      case Op.SUM_VALUES:
        sumValues(node, map, out, firstRow, endRow);
        break;
      default: {
        memory.fill(out, 0, node.outStepBytes);
        const spikes = node.op === Op.LINEAR_SPIKES;
        const operations = spikes ? linearSpikes(node, map, out) : linearValues(node, map, out);
        addOperations(s, slot, node.counter, operations);
      }
    }
  }
}
