/** Ctrl-C in a command that can go on later. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
