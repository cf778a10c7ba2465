/** The one list of what workers can do. */
import { camerasRole } from './cameras.ts';
import { jobsRole } from './jobs.ts';
import type { WorkerRole } from './role.ts';

export const workerRoles: readonly WorkerRole[] = [camerasRole, jobsRole];
