/** Everybody who runs a workload: ours and the baselines, each checked before it is timed. */
import { engineContestant, openOurs } from '../../../dist/src/cli/bench/engines.js';
import {
  countsTensor,
  createOnnxSession,
  exportedModelContestants,
  onnxContestant,
  recordOnnx,
} from '../../../dist/src/cli/bench/onnxruntime.js';
import { requireEqualOn, workloadOf } from '../../../dist/src/cli/bench/workload.js';
import { hasInt8Form, int8Graph, withFirstThresholds } from './int8-graph.mjs';
import { node, web } from './runtimes.mjs';
import { hasTfjsForm, tfjsContestant } from './tfjs.mjs';

/** Seconds a run: fewer runs. */
const SLOW = { everyRounds: 4, warmup: 1 };

/** Ours says what is right; all others, ours with more threads too, have to agree. */
export async function oursOn(task, mode) {
  const engine = await openOurs(task.model, 1);
  try {
    return await workloadOf(task, engine, mode);
  } finally {
    engine.dispose();
  }
}

export function ours(workload, threads, name) {
  return Promise.all(threads.map((count) => engineContestant(workload, count, name)));
}

/** Exact on the thresholds of step 0, see int8-graph.mjs: compared with our engine on those. */
async function int8(task, name, runtime, threads) {
  const model = withFirstThresholds(task.model);
  const workload = await oursOn({ ...task, model });
  const inputs = task.clips.map((clip) => countsTensor(runtime, clip, 'uint8'));
  const session = await createOnnxSession(runtime, int8Graph(model), 1);
  await requireEqualOn(name, workload, (clip) =>
    recordOnnx(session, countsTensor(runtime, clip, 'uint8'), model.neuronLayers),
  );
  await session.release();
  const file = int8Graph(model, { spikes: false });
  return Promise.all(threads.map((count) => onnxContestant({ name, runtime, file, inputs, threads: count })));
}

const slow = (contestants) => contestants.map((contestant) => ({ ...contestant, ...SLOW }));

/** All contestants that have a form of the model. */
export async function lineup(workload) {
  const { model } = workload;
  const list = [
    ...(await ours(workload, [1, 2])),
    ...(await exportedModelContestants('onnxruntime-node fp32', node, workload, [1, 2])),
  ];
  if (hasInt8Form(model)) list.push(...(await int8(workload, 'onnxruntime-node int8', node, [1, 2])));
  list.push(...slow(await exportedModelContestants('onnxruntime-web fp32', web, workload, [1])));
  if (hasInt8Form(model)) list.push(...slow(await int8(workload, 'onnxruntime-web int8', web, [1])));
  if (hasTfjsForm(model)) list.push(...slow([await tfjsContestant(workload)]));
  return list;
}
