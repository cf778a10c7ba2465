import zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { nodeZlib } from '../../../src/formats/compression/node-zlib.ts';

test("Node's zlib is found", () => {
  expect(nodeZlib()).toBe(zlib);
});
