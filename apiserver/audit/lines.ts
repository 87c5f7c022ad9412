/** The lines that a request leaves in the audit log: by an administrator's policy, or else by our own. */
import { isObject } from '../../api/json.js';
import type { AuditRecord } from '../contracts.js';
import { auditLine, receivedLine } from './event.js';
import { isAudited } from './policy.js';
import { judge, type Policy } from './policy-file.js';

export function linesOf(record: AuditRecord, policy: Policy | undefined): string[] {
  if (!policy) return isAudited(record) ? [auditLine(record)] : [];
  const { level, omitStages, omitManagedFields } = judge(policy, record);
  if (level === 'None') return [];
  const received = omitStages.includes('RequestReceived') ? [] : [receivedLine(record, level)];
  if (omitStages.includes(record.stage)) return received;
  if (level === 'Metadata') return [...received, auditLine(record, { level })];
  const bodies = record.bodies?.() ?? {};
  const shown = (value: unknown): unknown => (omitManagedFields ? withoutManagedFields(value) : value);
  const response = level === 'RequestResponse' ? { response: shown(bodies.response) } : {};
  return [...received, auditLine(record, { level, request: shown(bodies.request), ...response })];
}

/** Of an object, or of each of a list's. */
function withoutManagedFields(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { metadata, items } = value;
  const { managedFields: _, ...rest } = isObject(metadata) ? metadata : {};
  return {
    ...value,
    ...(isObject(metadata) ? { metadata: rest } : {}),
    ...(Array.isArray(items) ? { items: items.map(withoutManagedFields) } : {}),
  };
}
