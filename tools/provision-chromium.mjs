/** Makes sure that there is a Chromium for the browser tests; installs Debian's where it may. */
import { CHROMIUM, provision } from './programs.mjs';

provision(CHROMIUM);
