import { describe, expect, it } from 'vitest';
import { createDecoder, type Aedat2Convention } from '../../src/formats/index.ts';
import { decodeAll } from '../helpers/decode.ts';
import { digestOf } from '../helpers/digest.ts';
import { referenceDecode } from '../helpers/reference-decode.ts';
import { hasSharedData, readShared } from '../helpers/shared-data.ts';

describe.skipIf(!hasSharedData)('the reference decode of every recording', () => {
  referenceDecode(['AEDAT2.0']);
  referenceDecode(['ATIS40'], ({ width, height }) => (width === 0 ? {} : { geometry: { width, height } }));

  it.each([
    ['canonical', 'f3957f5f9bb55846a4a70d1edf375a1c2ae5e4b8057a718652ab600e111e0eeb'],
    ['jaer', '48762d025e8ac9786222d5a15828d0e0f1cdc8e04370698e90547a9d2e5f3f44'],
    ['dat2mat', '26c2592b6c044ddb65e3ef7b1359faa3bfa3d43d3d398a28e67a970ea7b107c4'],
    ['spikingjelly', 'a1701a96e6bb0d15ac3ced1ea646b75835fae7116a4858d72436f8e0cff8a45f'],
    ['raw', 'c26eae2e27114bb76da2e8d6f916f4c9c807cf5b55bbff932932cdaa29d6892a'],
    ['tonic', '329632e8a726ddc4cb6bb71de13db7d146e6a6468892c1e93d8065b0f8b110ca'],
  ] as [Aedat2Convention, string][])('the %s convention', (convention, sha256) => {
    const bytes = readShared('aedat2-dvs128/alex_walking_again.aedat');
    expect(digestOf(decodeAll(createDecoder({ convention }), bytes))).toBe(sha256);
  });

  it('SpikingJelly on a recording without a chip line', () => {
    const bytes = readShared('aedat2-mnist-dvs/mnist_0_scale04_0001.aedat');
    const events = decodeAll(createDecoder({ convention: 'spikingjelly' }), bytes);
    expect(digestOf(events)).toBe('32e91e2f8fbdb31893a91159fae839a2d7f9ac10c4c21211f3857a7b22db9a11');
  });
});
