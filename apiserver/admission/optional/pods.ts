/** Smaller rules about pods. */
import type { PodSpec, Toleration } from '../../../api/types.js';
import type { AdmissionPlugin } from '../../contracts.js';
import { newPod, refusal, writesPod } from '../request.js';

const hostname = 'kubernetes.io/hostname';

/** Who keeps all others off a whole zone could take it for himself. */
export const limitAntiAffinity: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  handles: writesPod,
  validate(request) {
    const { spec } = newPod(request);
    for (const { topologyKey } of spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ??
      []) {
      if (topologyKey === hostname) continue;
      const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${topologyKey} but only key ${hostname} is allowed`;
      throw refusal(request, why);
    }
  },
};

/** Nodes with devices are tainted with the device's name: pods that ask for some may go there. */
export const extendedResourceToleration: AdmissionPlugin = {
  name: 'ExtendedResourceToleration',
  handles: writesPod,
  mutate(request) {
    const { spec } = newPod(request);
    if (!spec) return;
    for (const key of [...extendedResources(spec)].sort()) {
      tolerate(spec, { key, operator: 'Exists', effect: 'NoSchedule' });
    }
  },
};

function extendedResources(spec: PodSpec): Set<string> {
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const names = containers.flatMap(({ resources }) => Object.keys(resources?.requests ?? {}));
  return new Set(names.filter(isExtended));
}

/** 'example.com/gpu'; neither Kubernetes' own, nor quotas' names of them. */
const isExtended = (name: string): boolean =>
  name.includes('/') && !/^([^/]+\.)?kubernetes\.io\//.test(name) && !name.startsWith('requests.');

/** In the place of one that says the same but for its seconds. */
function tolerate(spec: PodSpec, wanted: Toleration): void {
  const said = spec.tolerations ?? [];
  const isSame = ({ key, operator, effect, value = '' }: Toleration): boolean =>
    key === wanted.key && operator === wanted.operator && effect === wanted.effect && value === '';
  if (said.some(isSame)) spec.tolerations = said.map(toleration => (isSame(toleration) ? wanted : toleration));
  else spec.tolerations = [...said, wanted];
}
