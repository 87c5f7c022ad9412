/** Pod templates as a deployment and its ReplicaSets have them: the same but for a label. Pure. */
import { clone, semanticEqual } from '../../api/json.js';
import type { PodTemplateSpec } from '../../api/types.js';

/** The pods of a deployment's ReplicaSets are told apart by it; the deployment's own template has none. */
export function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  const copy = clone(template);
  delete copy?.metadata?.labels?.['pod-template-hash'];
  return copy;
}

export const sameTemplate = (a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean =>
  semanticEqual(withoutHash(a), withoutHash(b));
