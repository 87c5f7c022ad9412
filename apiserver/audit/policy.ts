/** What the audit log leaves out: it is for finding out who did what, and must not drown in the cluster's own breath. */
import type { AuditRecord } from '../contracts.js';

const reading = new Set(['get', 'list', 'watch', 'head', 'options']);

/**
 * Writes are always kept, and so is every refusal. Reads are kept when a person or a workload makes them of objects;
 * those of the cluster's own components, and health, version and discovery, are not.
 */
export function isAudited({ info, user, code }: AuditRecord): boolean {
  if (!reading.has(info.verb) || code === 401 || code === 403) return true;
  return info.isResource && !isComponent(user.name);
}

/** system:kube-scheduler, system:node:x, system:serviceaccount:kube-system:y; not the service accounts of workloads. */
const isComponent = (name: string): boolean =>
  name.startsWith('system:serviceaccount:kube-system:') ||
  (name.startsWith('system:') && !name.startsWith('system:serviceaccount:') && name !== 'system:anonymous');
