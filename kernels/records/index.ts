/** Records of bit fields, both ways. */
export { decodeRecords } from './decode';
export { encodeRecords } from './encode';
