/**
 * Contestants take turns in one process, each beside what is a part of its work and not what is measured: a rate is that of what
 * it takes longer than that, and that of the whole is beside it. Rates are by CPU time: the machine is shared.
 */
import process from 'node:process';
import { summary } from '../machine.mjs';

const WARMUP = 3;

/** CPU microseconds. */
function timed(run) {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return { micros: user + system, result };
}

/**
 * @param contestants each with `name`, `run`, and `beside`: what is run beside it; `null`: nothing.
 * @returns for each its `result`, rates in M events/s of the `whole` and of its `own` part, and microseconds of what is `beside` it.
 */
export function race(contestants, { events, rounds }) {
  const records = contestants.map(() => ({ whole: [], own: [], beside: [], result: undefined }));
  for (let round = -WARMUP; round < rounds; round++) {
    contestants.forEach(({ run, beside }, i) => {
      const part = beside === null ? null : timed(beside);
      const { micros, result } = timed(run);
      if (round < 0) return;
      const record = records[i];
      record.whole.push(events / micros);
      record.result = result;
      if (part === null) return;
      record.beside.push(part.micros);
      // Where the machine was busy with something else, a part may take as long.
      record.own.push(events / Math.max(1, micros - part.micros));
    });
  }
  return records.map(({ whole, own, beside, result }) => ({
    result,
    whole: summary(whole),
    own: own.length === 0 ? null : summary(own),
    beside: beside.length === 0 ? null : summary(beside),
  }));
}
