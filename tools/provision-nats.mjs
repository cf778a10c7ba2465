/** Makes sure that there is a server of NATS for the cluster's tests; installs Debian's where it may. */
import { NATS_SERVER, provision } from './programs.mjs';

provision(NATS_SERVER);
