/** The rules that most kinds with a status follow when they are written. */
import type { KubeObject } from '../types.js';

interface WithStatus extends KubeObject {
  status?: unknown;
}

interface WithSpec extends KubeObject {
  spec?: unknown;
}

/** An update of the main resource leaves the status as it was. */
export function keepStatus(object: WithStatus, old: WithStatus): void {
  if (old.status === undefined) delete object.status;
  else object.status = old.status;
}

/** An update of /status leaves the spec, and what metadata says of identity and life, as they were. */
export function keepSpec(object: WithSpec, old: WithSpec): void {
  if (old.spec === undefined) delete object.spec;
  else object.spec = old.spec;
  const { deletionTimestamp, ownerReferences } = old.metadata;
  if (deletionTimestamp === undefined) delete object.metadata.deletionTimestamp;
  else object.metadata.deletionTimestamp = deletionTimestamp;
  if (ownerReferences === undefined) delete object.metadata.ownerReferences;
  else object.metadata.ownerReferences = ownerReferences;
}

/** As keepSpec, for kinds whose status updates may not change labels either. */
export function keepSpecAndLabels(object: WithSpec, old: WithSpec): void {
  keepSpec(object, old);
  if (old.metadata.labels === undefined) delete object.metadata.labels;
  else object.metadata.labels = old.metadata.labels;
}
