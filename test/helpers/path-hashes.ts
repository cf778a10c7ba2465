/** What the recordings of the path scenarios give, in every runtime and on every way. */
export const PATH_HASHES: Readonly<Record<string, number>> = {};
