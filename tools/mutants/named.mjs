/** Faults that once went unnoticed, each of a kind that operators on single expressions may not make. */

const frames = ['test/frames/'];

/** @type {{ name: string, file: string, find: string, put: string, tests: string[] }[]} `find` is in the file once. */
export const NAMED = [
  {
    name: 'steps that the queue lets go are not counted as overload',
    file: 'src/live/camera-pipeline.ts',
    find: "onDrop: ({ frame }) => {\n        this.#losses.add('overload', frame.events);",
    put: 'onDrop: () => {',
    tests: ['test/live/camera-pipeline.test.ts'],
  },
  {
    name: 'the rest of a window with a lost step is not counted as overload',
    file: 'src/live/camera-pipeline.ts',
    find: "this.#losses.add('overload', frame.events);\n      return;",
    put: 'return;',
    tests: ['test/live/camera-pipeline.test.ts'],
  },
  {
    name: 'a full queue does not ask for a pause',
    file: 'src/pipeline/bounded-queue.ts',
    find: 'if (value) this.#options.onPause?.();',
    put: 'if (value) return;',
    tests: ['test/pipeline/bounded-queue.test.ts'],
  },
  {
    name: 'a camera’s socket is never paused',
    file: 'src/live/camera-connection.ts',
    find: 'onPause: () => {\n        this.#socket.pause();',
    put: 'onPause: () => {',
    tests: ['test/live/limits.test.ts'],
  },
  {
    name: 'one camera more than the limit',
    file: 'src/live/server.ts',
    find: 'this.#cameraSockets >= this.#limits.maxCameras',
    put: 'this.#cameraSockets > this.#limits.maxCameras',
    tests: ['test/live/limits.test.ts'],
  },
  {
    name: 'due times are counted from the wrong end of a batch',
    file: 'src/latency/due-times.ts',
    find: 'firstDueAt: dueAt - spanMs',
    put: 'firstDueAt: dueAt',
    tests: ['test/latency/'],
  },
  {
    name: 'a replay takes a stretch for due with its first event',
    file: 'src/live/pacer.ts',
    find: '(lastMicros - this.#originMicros) / 1000',
    put: '(firstMicros - this.#originMicros) / 1000',
    tests: ['test/live/replay.test.ts'],
  },
  {
    name: 'the hash of a finished output is not compared',
    file: 'src/preprocess/journal.ts',
    find: " && createHash('sha256').update(content).digest('hex') === sha256",
    put: '',
    tests: ['test/preprocess/'],
  },
  {
    name: 'the full steps of an incomplete window are no remainder',
    file: 'src/frames/count-slicer.ts',
    find: 'this.#openEvents + (this.#index % this.#steps) * this.#stepEvents',
    put: 'this.#openEvents',
    tests: frames,
  },
  {
    name: 'an empty step begins at nothing',
    file: 'src/frames/count-slicer.ts',
    find: 'this.#open[0]?.t[0] ?? this.#lastMicros',
    put: 'this.#open[0]?.t[0] ?? 0',
    tests: frames,
  },
  {
    name: 'a given origin is lost after finish',
    file: 'src/frames/duration-slicer.ts',
    find: 'this.#origin = this.#givenOrigin;\n    return',
    put: 'return',
    tests: frames,
  },
  {
    name: 'wraps of AEDAT 3 are not counted',
    file: 'src/formats/aedat3/packet-parser.ts',
    find: 'this.#sink.account.wraps++',
    put: 'this.#sink.account.wraps',
    tests: ['test/formats/aedat3/'],
  },
  {
    name: 'a scaled pixel goes to the nearest place in place of the one that holds it',
    file: 'src/frames/pixel-map.ts',
    find: 'Math.floor((at * target) / length)',
    put: 'Math.min(target - 1, Math.round((at * target) / length))',
    tests: frames,
  },
  {
    name: 'a larger sensor is cut in place of scaled',
    file: 'src/frames/pixel-map.ts',
    find: 'at < length ? Math.floor((at * target) / length) * stride',
    put: 'at < target ? at * stride',
    tests: frames,
  },
  {
    name: 'folding forgets the mean in the offset of a batch norm',
    file: 'src/network/neuron/folding.ts',
    find: 'bias[c] = norm.beta[c]! - g * norm.mean[c]!;',
    put: 'bias[c] = norm.beta[c]!;',
    tests: ['test/network/folding.test.ts'],
  },
  {
    name: 'folding takes the offset of a batch norm with the wrong sign',
    file: 'src/network/neuron/folding.ts',
    find: 'norm.beta[c]! - g * norm.mean[c]!',
    put: 'norm.beta[c]! + g * norm.mean[c]!',
    tests: ['test/network/folding.test.ts'],
  },
];
