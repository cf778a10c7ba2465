/** `npm run test:abuse`: a million damaged messages and requests, or as many as ABUSE_INPUTS says; ABUSE_SEED repeats a run. */
import process from 'node:process';
import { expect, it } from 'vitest';
import { AbuseMaker, assailWith } from '../helpers/abuse.ts';
import { served, UNHARMED, Witness } from '../helpers/served.ts';

const inputs = Number(process.env['ABUSE_INPUTS'] ?? 1_000_000);
const seed = Number(process.env['ABUSE_SEED'] ?? 1);

it(`${inputs} damaged messages and requests, seed ${seed}: a camera and a dashboard notice nothing`, async () => {
  const server = await served();
  const { host, port } = new URL(server.url);
  const witness = new Witness(server.ws);
  await witness.start();
  const maker = new AbuseMaker(seed, host);
  await assailWith(maker, Number(port), inputs / 10);
  const before = server.memory();
  expect(await assailWith(maker, Number(port), 0.9 * inputs)).toBeGreaterThanOrEqual(0.9 * inputs);
  const grown = server.memory() - before;
  const testimony = await witness.testify();
  expect(testimony).toMatchObject(UNHARMED);
  expect(testimony.right).toBeGreaterThan(5);
  expect(grown).toBeLessThan(150e6);
  expect(await server.end()).toBe(0);
}, 3_600_000);
