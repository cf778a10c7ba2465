/** Why a connection is closed, and what the other side should do; see PROTOCOL.md. */
export const CLOSE_CODES = {
  done: 1000,
  goingAway: 1001,
  textNotAllowed: 1003,
  undecodable: 1007,
  policy: 1008,
  tooLarge: 1009,
  serverError: 1011,
  /** Proxies say so, this server does not. */
  restarting: 1012,
  overloaded: 1013,
  badHello: 4400,
  unauthorised: 4401,
  idle: 4408,
  cameraTaken: 4409,
  /** Proxies say so, this server does not. */
  tooOften: 4429,
} as const;

/** The subprotocol, with its version in the name. */
export const SUBPROTOCOL = 'saccade.v1';
