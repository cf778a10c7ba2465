/** Structs of AEDAT 4, both ways, and its LZ4 blocks. */
export { decodeStructs } from './decode';
export { encodeStructs } from './encode';
export { decompressBlock, writeTables } from './lz4';
