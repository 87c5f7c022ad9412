/** A namespace's annotations (or the configuration) say which tolerations its pods get, and which they may have at all. */
import { isObject } from '../../../api/json.js';
import { qosClass } from '../../../api/kinds/pod/qos.js';
import type { Toleration } from '../../../api/types.js';
import type { AdmissionPlugin, AdmissionRequest, Lookup } from '../../contracts.js';
import { newPod, refusal, writesPod } from '../request.js';
import { includes, mergeTolerations } from '../tolerations.js';

const defaults = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const allowed = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';

/** Where a namespace says nothing. */
export interface ClusterTolerations {
  default: readonly Toleration[];
  whitelist: readonly Toleration[];
}

export const podTolerationRestriction = (lookup: Lookup, cluster: ClusterTolerations): AdmissionPlugin => ({
  name: 'PodTolerationRestriction',
  handles: writesPod,
  mutate(request) {
    const pod = newPod(request);
    if (!pod.spec) return;
    const added = request.operation === 'CREATE' ? (said(lookup, request, defaults) ?? cluster.default) : [];
    const pressed: Toleration = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };
    const more = qosClass(pod.spec) === 'BestEffort' ? [...added] : [...added, pressed];
    if (more.length > 0) pod.spec.tolerations = mergeTolerations([...(pod.spec.tolerations ?? []), ...more]);
  },
  validate(request) {
    const tolerations = newPod(request).spec?.tolerations ?? [];
    const list = said(lookup, request, allowed) ?? cluster.whitelist;
    if (list.length === 0) return;
    if (tolerations.every(toleration => list.some(wide => includes(wide, toleration)))) return;
    const why =
      'pod tolerations (possibly merged with namespace default tolerations) conflict with its namespace whitelist';
    throw refusal(request, why);
  },
});

/** Undefined where the namespace does not say. */
function said(lookup: Lookup, request: AdmissionRequest, annotation: string): readonly Toleration[] | undefined {
  const namespace = lookup.get({ group: '', resource: 'namespaces' }, '', request.info.namespace);
  const text = namespace?.metadata.annotations?.[annotation];
  if (!text) return text === undefined ? undefined : [];
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every(isObject)) return list as unknown as Toleration[];
  } catch {
    // Told below.
  }
  throw refusal(
    request,
    `the annotation ${annotation} of namespace ${request.info.namespace} is no list of tolerations`,
  );
}
