/** The one list of what workers can do. */
import { jobsRole } from './jobs.ts';
import type { WorkerRole } from './role.ts';

export const workerRoles: readonly WorkerRole[] = [jobsRole];
