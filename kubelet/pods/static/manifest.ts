/** A pod from a file of this node. Pure. Throws an Error that says what is wrong with the file. */
import { createHash } from 'node:crypto';
import { defaultPod } from '../../../api/kinds/pod/defaults.js';
import { podRow } from '../../../api/kinds/pod/row.js';
import { validatePodSpec } from '../../../api/kinds/pod/validate.js';
import { decodeValue } from '../../../api/schema/index.js';
import { StatusError } from '../../../api/status.js';
import type { Pod } from '../../../api/types.js';
import { parseYaml } from '../../../api/yaml.js';

const annotations = {
  source: 'kubernetes.io/config.source',
  hash: 'kubernetes.io/config.hash',
  seen: 'kubernetes.io/config.seen',
};

export const isStatic = ({ metadata }: Pod): boolean => metadata.annotations?.[annotations.source] === 'file';

export const hashOf = ({ metadata }: Pod): string => metadata.annotations?.[annotations.hash] ?? '';

/** Another text makes another pod, with a uid of its own. `now`: milliseconds since 1970. */
export function staticPod(text: string, file: string, nodeName: string, now: number): Pod {
  const hash = createHash('sha256').update(`${nodeName}\0${file}\0${text}`).digest('hex').slice(0, 32);
  const pod = decoded(text);
  const { name, namespace = 'default' } = pod.metadata;
  if (!name) throw new Error('metadata.name: Required value');
  pod.metadata = {
    ...pod.metadata,
    name: `${name}-${nodeName}`,
    namespace,
    uid: hash,
    annotations: {
      ...pod.metadata.annotations,
      [annotations.source]: 'file',
      [annotations.hash]: hash,
      [annotations.seen]: new Date(now).toISOString(),
    },
  };
  defaultPod(pod);
  const problems = validatePodSpec(pod.spec ?? { containers: [] }, 'spec');
  if (problems.length > 0) throw new Error(problems.map(({ field, message }) => `${field}: ${message}`).join(', '));
  const refers = objectsOf(pod);
  if (refers !== undefined) throw new Error(`a static pod may not refer to API objects: ${refers}`);
  delete pod.status;
  const { spec } = pod;
  if (!spec) throw new Error('spec: Required value');
  // It stays, whatever becomes of the node's taints.
  const tolerations = [...(spec.tolerations ?? []), { operator: 'Exists', effect: 'NoExecute' }];
  pod.spec = { ...spec, nodeName, tolerations };
  return pod;
}

function decoded(text: string): Pod {
  try {
    return decodeValue(podRow, parseYaml(text), { fieldValidation: 'Strict' }).object as Pod;
  } catch (error) {
    throw error instanceof StatusError ? new Error(error.message, { cause: error }) : error;
  }
}

/** The API's objects are for pods that the API has admitted. */
function objectsOf({ spec }: Pod): string | undefined {
  if (spec?.serviceAccountName) return `spec.serviceAccountName ${spec.serviceAccountName}`;
  const volume = (spec?.volumes ?? []).find(
    v =>
      v.configMap ??
      v.secret ??
      v.persistentVolumeClaim ??
      v.ephemeral ??
      v.projected?.sources?.some(s => !s.downwardAPI),
  );
  if (volume) return `volume ${volume.name}`;
  const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const reads = all.find(
    c => c.envFrom?.length || c.env?.some(e => e.valueFrom?.configMapKeyRef ?? e.valueFrom?.secretKeyRef),
  );
  return reads && `the environment of container ${reads.name}`;
}
