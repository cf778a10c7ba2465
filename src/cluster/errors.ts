import { SaccadeError } from '../events/index.ts';

/** What can go wrong between machines. */
export type ClusterErrorCode =
  /** The client's packages are optional, and not there. */
  | 'NOT_INSTALLED'
  /** No server of the list answers. */
  | 'UNREACHABLE'
  /** The server does not know who this is, or does not allow what was asked. */
  | 'NOT_ALLOWED'
  /** The server is older than what this needs, or runs without JetStream. */
  | 'UNSUITABLE_SERVER'
  /** The connection was closed, by this side or for good by the other. */
  | 'CLOSED'
  /** More bytes than the server takes in one message. */
  | 'TOO_LARGE'
  /** There is no room for more. */
  | 'FULL'
  /** The server refuses what was asked, and asking again would not help. */
  | 'REFUSED';

/** Machines cannot work together. */
export class ClusterError extends SaccadeError<ClusterErrorCode> {
  override readonly name = 'ClusterError';
}
