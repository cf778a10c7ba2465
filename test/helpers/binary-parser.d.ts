/**
 * The part of binary-parser that tests use. Its own typings are not reachable through its `exports` and
 * need Node's Buffer, which the core must not know.
 */
declare module 'binary-parser' {
  export class Parser {
    endianness(endianness: 'big' | 'little'): this;
    bit1(name: string): this;
    bit23(name: string): this;
    uint8(name: string): this;
    uint16(name: string): this;
    uint32(name: string): this;
    uint64(name: string): this;
    int32(name: string): this;
    array(name: string, options: { type: Parser; readUntil: 'eof' }): this;
    parse(bytes: Uint8Array): Record<string, unknown>;
  }
}
