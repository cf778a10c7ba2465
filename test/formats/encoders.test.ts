import { encoderContract } from '../helpers/encoder-contract.ts';

encoderContract();
