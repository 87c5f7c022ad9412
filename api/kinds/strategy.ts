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

/**
 * An update of one part leaves all else as it was: the object becomes the old one, `change` puts the part in. What says
 * which version is replaced, and who owns which field, is the request's. In place.
 */
export function keepAllBut<T extends KubeObject>(object: T, old: T, change: (kept: T) => void): void {
  const { resourceVersion, managedFields } = object.metadata;
  const metadata = { ...old.metadata };
  for (const [name, value] of Object.entries({ resourceVersion, managedFields })) {
    if (value === undefined) delete metadata[name as 'managedFields'];
    else Object.assign(metadata, { [name]: value });
  }
  for (const key of Object.keys(object)) delete (object as Record<string, unknown>)[key];
  Object.assign(object, old, { metadata });
  change(object);
}
