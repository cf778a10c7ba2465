/**
 * Bytes in memory that no thread shares, as files, requests and sockets take them: `Uint8Array<ArrayBuffer>`, which compilers
 * before TypeScript 5.7 call `Uint8Array`.
 */
export type OwnedBytes = ReturnType<Uint8Array['slice']>;
