/** Names of the cluster's subjects and buckets. Names of cameras may hold anything: they stand in subjects as tokens. */
import { subjectToken, type LeaseTimes } from '../../cluster/index.ts';

/** Kinds of members. */
export const WORKER = 'worker';
export const GATEWAY = 'gateway';

/** Steps for a worker. */
export const stepSubject = (worker: string): string => `saccade.step.${worker}`;
/** That a camera's windows are not the worker's any more. */
export const closeSubject = (worker: string): string => `saccade.close.${worker}`;
/** Answers to a camera's steps: its number at the gateway, and the epoch. */
export const answerSubject = (gateway: string, feed: number | '*', epoch: number | '*'): string =>
  `saccade.answer.${gateway}.${feed}.${epoch}`;
/** Asks a gateway for a camera's name. */
export const yieldSubject = (gateway: string): string => `saccade.yield.${gateway}`;
/** Answers to what a gateway asks. */
export const replySubject = (gateway: string, question: number | '*'): string =>
  `saccade.reply.${gateway}.${question}`;
/** What dashboards are told of a camera. */
export const viewSubject = (gateway: string, camera: string): string =>
  `saccade.view.${gateway}.${camera === '*' ? '*' : `c${subjectToken(camera)}`}`;
/** Who wants to be told. */
export const WATCH_SUBJECT = 'saccade.watch';

/** Who is there. Processes with other times are of another cluster. */
export const memberBucket = ({ ttlMs }: LeaseTimes): string => `saccade_members_${ttlMs}`;
/** Which gateway has which camera, and which worker decides. */
export const CAMERA_BUCKET = 'saccade_cameras';
/** Names that nobody has asked for in so long are forgotten. */
export const CAMERA_TTL_MS: number = 24 * 3600 * 1000;
export const cameraKey = (camera: string): string => `c${subjectToken(camera)}`;
