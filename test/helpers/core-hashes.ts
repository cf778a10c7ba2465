/** What the core scenario gives, in every runtime. */
export const CORE_HASHES: Readonly<Record<string, number>> = {
  conv1: 3692127165,
  conv2: 2849571506,
  mfp1: 376367517,
  mfp2: 3250326444,
  pool1: 232697707,
  readout: 3684150497,
};
