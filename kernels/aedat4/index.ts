/** Structs of AEDAT 4, both ways. */
export { decodeStructs } from './decode';
export { encodeStructs } from './encode';
