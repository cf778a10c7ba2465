/** Small translations at a camera's socket. */
import type { RawData } from 'ws';
import { ClusterError } from '../../cluster/errors.ts';
import { SaccadeError } from '../../events/index.ts';
import type { CreateDecoderOptions } from '../../formats/index.ts';
import type { Model } from '../../network/index.ts';
import { fitSensor, frameOptionsOf, PipelineError, sortReading } from '../../pipeline/index.ts';
import { CLOSE_CODES, ProtocolError, type Hello } from '../protocol/index.ts';

/** The decoder's options that a hello states, and no others: what a recording says of itself holds. */
export function decodingOf({ sensor, fileName, decoding }: Hello): CreateDecoderOptions {
  const options: Record<string, unknown> = { ...decoding, fileName, geometry: sensor ?? undefined };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What can never fit is said with the hello, not with the first events. @throws PipelineError */
export function requireFit(hello: Hello, model: Model): void {
  if (hello.sensor === null) return;
  const { rule, output } = frameOptionsOf({ model }, sortReading(decodingOf(hello)).rule);
  fitSensor(rule, hello.sensor, output);
}

/** The bytes of a message in whatever form `ws` hands them out. */
export function toBytes(data: RawData): Uint8Array {
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return Array.isArray(data) ? Buffer.concat(data) : data;
}

/** Why a camera is not let in. */
export function cameraNotAllowed(name: string): ProtocolError {
  return new ProtocolError('NOT_ALLOWED', null, `This token does not allow a camera "${name}".`);
}

/** Why a camera is not let in. */
export function cameraTaken(name: string): ProtocolError {
  const problem = `A camera "${name}" is connected already. Give this one another name, or end that one.`;
  return new ProtocolError('CAMERA_TAKEN', null, problem);
}

/** With which code an error closes the connection. */
export function closeCodeOf(error: unknown): number {
  if (!(error instanceof SaccadeError)) return CLOSE_CODES.serverError;
  if (error.code === 'TEXT_NOT_ALLOWED') return CLOSE_CODES.textNotAllowed;
  if (error.code === 'BAD_HELLO' || error.code === 'BAD_JSON') return CLOSE_CODES.badHello;
  if (error.code === 'NOT_ALLOWED') return CLOSE_CODES.unauthorised;
  if (error.code === 'CAMERA_TAKEN') return CLOSE_CODES.cameraTaken;
  if (error instanceof PipelineError) return CLOSE_CODES.policy;
  if (error instanceof ClusterError)
    return error.code === 'UNREACHABLE' ? CLOSE_CODES.overloaded : CLOSE_CODES.serverError;
  return CLOSE_CODES.undecodable;
}

/** What the other side is told of an error: faults of the server itself stay in its log. */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof SaccadeError))
    return { code: 'SERVER_ERROR', message: 'The server failed; its log says why.' };
  const { code, message } = error as SaccadeError;
  return { code, message };
}
