/** What reaches an output pixel of a stage: lists of the input, gathered entries, counts, currents. */
import { NoWords, OneWord, TwoWords, addRows, addRowsOfFour } from './adders';
import { COUNTER_BYTES, CURRENT_BYTES, IntegerSource, Scratch, Source, Stage, Window } from './blocks';
import { extract, extractPairs } from './extract';
import { enterRow, gather } from './gather';
import { integerCurrents, Put } from './integer';
import { setCounters, unpackCounts } from './sliced';

const SOURCE_BYTES = offsetof<Source>();
const INTEGER_SOURCE_BYTES = offsetof<IntegerSource>();

/** Planes that numbers up to `most` need. */
@inline
export function planesFor(most: u32): u32 {
  return 32 - clz(most);
}

@inline
function source(b: Stage, i: u32): Source {
  return changetype<Source>(<usize>b.sources + <usize>i * SOURCE_BYTES);
}

@inline
function integerSource(b: Stage, i: u32): IntegerSource {
  return changetype<IntegerSource>(<usize>b.integerSources + <usize>i * INTEGER_SOURCE_BYTES);
}

/** The first input row that output rows from `firstRow` on see. */
@inline
function inputFrom(w: Window, firstRow: u32): u32 {
  return min(max(<i32>(firstRow * w.stride) - <i32>w.padTop, 0), <i32>w.inHeight);
}

/** The end of the input rows that output rows before `endRow` see. */
@inline
function inputEnd(w: Window, endRow: u32): u32 {
  return max(min(<i32>((endRow - 1) * w.stride) - <i32>w.padTop + <i32>w.kernel, <i32>w.inHeight), 0);
}

/** Lists the input of steps `slot` … for the output rows. Index i of the lists is step `slot` + i. */
export function extractAll(b: Stage, s: Scratch, slot: u32, steps: u32, firstRow: u32, endRow: u32): void {
  for (let i: u32 = 0; i < b.sourceCount; i++) {
    const from = source(b, i);
    const first = inputFrom(from, firstRow);
    const end = max(inputEnd(from, endRow), first);
    for (let t: u32 = 0; t < steps; t++) extract(from, s.lists, slot + t, t, first, end);
  }
  for (let i: u32 = 0; i < b.integerCount; i++) {
    const from = integerSource(b, i);
    const first = inputFrom(from, firstRow);
    const end = max(inputEnd(from, endRow), first);
    for (let t: u32 = 0; t < steps; t++) extractPairs(from, s.lists, slot + t, t, first, end);
  }
}

/** Makes all sources ready for the pixels of output row `y`. */
export function enterRows(b: Stage, s: Scratch, y: u32): void {
  for (let i: u32 = 0; i < b.sourceCount; i++) enterRow(source(b, i), s.lists, y);
  for (let i: u32 = 0; i < b.integerCount; i++) enterRow(integerSource(b, i), s.lists, y);
}

/** Gathers all sources of a pixel; returns N, the largest change of a current in either direction. */
@inline
export function gatherAll(b: Stage, s: Scratch, slot: u32, index: u32, y: u32, x: u32): u32 {
  let n: u32 = 0;
  let to = <usize>s.gathered;
  for (let i: u32 = 0; i < b.sourceCount; i++) {
    const from = source(b, i);
    const count = gather(from, slot, index, y, x, to);
    to = from.listEnd;
    if (from.counter === NOT_COUNTED) continue;
    n += count << from.plane;
    addOperations(s, slot, from.counter, count << from.bit);
  }
  return n;
}

@inline
export function addOperations(s: Scratch, slot: u32, counter: u32, operations: u32): void {
  const sum = s.operations + (<usize>(slot * s.counterCount + counter) << 3);
  store<f64>(sum, load<f64>(sum) + operations);
}

/** The counter of a source whose spikes are no synaptic operations and do not count towards N. */
const NOT_COUNTED: u32 = 0xffff_ffff;

/** Words of a row that constant offsets reach; for more, the list moves on. */
const LIST_WORDS: u32 = 4;

/** Adds the gathered rows to the counters, of which `planes` are needed. */
@inline
export function addAll(b: Stage, s: Scratch, planes: u32): void {
  for (let i: u32 = 0; i < b.sourceCount; i++) {
    const from = source(b, i);
    const list = from.list;
    const listEnd = from.listEnd;
    let counters = <usize>s.counters + (<usize>from.plane << 4);
    const planeEnd = <usize>(planes - from.plane) << 4;
    for (let words = b.words; ; words -= LIST_WORDS) {
      const end = counters + planeEnd;
      if (words >= LIST_WORDS) addRowsOfFour(list, listEnd, counters, end, s.slots, s.carries, s.carryBytes);
      else if (words === 1) addRows<OneWord, NoWords>(list, listEnd, counters, end, s.slots, s.carries);
      else {
        addRows<TwoWords, NoWords>(list, listEnd, counters, end, s.slots, s.carries);
        if (words === 3) {
          const third = 2 * COUNTER_BYTES;
          addRows<OneWord, TwoWords>(list, listEnd, counters + third, end + third, s.slots, s.carries);
        }
      }
      if (words <= LIST_WORDS) break;
      moveList(list, listEnd);
      counters += LIST_WORDS * COUNTER_BYTES;
    }
  }
}

/** Moves the rows of a list on by {@link LIST_WORDS}. */
function moveList(list: usize, end: usize): void {
  const bytes = i32x4.splat(16 * LIST_WORDS);
  for (; list < end; list += 16) v128.store(list, i32x4.add(v128.load(list), bytes));
}

/** Counts the gathered entries; returns of how many planes the counts are. */
export function countGathered(b: Stage, s: Scratch, n: u32): u32 {
  const planes = planesFor(n + b.extra);
  setCounters(s.counters, b.words, planes, 0);
  addAll(b, s, planes);
  return planes;
}

/** Currents of a pixel that is not silent, in numbers; see {@link numberPixel} for `direct`. */
@inline
export function addCurrents(b: Stage, s: Scratch, slot: u32, index: u32, x: u32, n: u32, planes: u32): u32 {
  if (b.sourceCount > 0) {
    for (let w: usize = 0; w < b.words; w++)
      unpackCounts(s.counters + w * COUNTER_BYTES, planes, n, s.slots, s.currents + w * CURRENT_BYTES);
  }
  let total: u32 = 0;
  for (let i: u32 = 0; i < b.integerCount; i++) {
    const from = integerSource(b, i);
    const how = i + b.sourceCount > 0 ? Put.ADD : Put.SET;
    const inputs = integerCurrents(from, index, x, s.active, s.currents, CURRENT_BYTES, how);
    addOperations(s, slot, from.counter, inputs);
    total += inputs;
  }
  return total;
}
