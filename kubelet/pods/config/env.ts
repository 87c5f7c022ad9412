/** A container's environment, in Kubernetes' order of precedence: services, then envFrom, then env. */
import type { ConfigMap, Container, Pod, Secret, Service } from '../../../api/types.js';
import type { PodObjects } from '../../volumes/objects.js';
import { parseEnvFile } from './env-file.js';
import { expand } from './expand.js';
import { fieldValue, type PodFacts, resourceValue } from './fields.js';
import { serviceEnv } from './service-env.js';

export interface EnvSources extends PodObjects {
  services: readonly Service[];
  facts: PodFacts;
  /** What is in a file of a volume of the pod's own; undefined when there is none. */
  envFile(volume: string, path: string): Promise<string | undefined>;
}

/** Throws an Error with Kubernetes' wording where a reference leads nowhere and is not optional. */
export async function containerEnv(pod: Pod, container: Container, sources: EnvSources): Promise<Map<string, string>> {
  const services = serviceEnv(pod, sources.services);
  const env = new Map<string, string>();
  for (const from of container.envFrom ?? []) {
    const data = from.configMapRef
      ? configMapData(await sources.configMap(from.configMapRef.name ?? ''))
      : secretData(await sources.secret(from.secretRef?.name ?? ''));
    const ref = from.configMapRef ?? from.secretRef;
    if (!data && !ref?.optional)
      throw new Error(`${from.configMapRef ? 'configmap' : 'secret'} "${ref?.name}" not found`);
    for (const [key, value] of Object.entries(data ?? {})) env.set(`${from.prefix ?? ''}${key}`, value);
  }
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? await fromSource(variable.valueFrom, pod, container, sources)
      : expand(variable.value ?? '', name => env.get(name) ?? services.get(name));
    if (value !== undefined) env.set(variable.name, value);
  }
  return new Map([...services, ...env]);
}

type ValueFrom = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;

async function fromSource(
  from: ValueFrom,
  pod: Pod,
  container: Container,
  sources: EnvSources,
): Promise<string | undefined> {
  if (from.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath, sources.facts);
  if (from.resourceFieldRef) return resourceRef(from.resourceFieldRef, pod, container, sources);
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef;
    return oneKey('ConfigMap', name, key, optional, configMapData(await sources.configMap(name)), pod);
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef;
    return oneKey('Secret', name, key, optional, secretData(await sources.secret(name)), pod);
  }
  if (from.fileKeyRef) return fileKey(from.fileKeyRef, sources);
  throw new Error(`env source ${Object.keys(from).join(', ')} is not supported by this kubelet`);
}

async function fileKey(
  { volumeName, path, key, optional }: NonNullable<ValueFrom['fileKeyRef']>,
  sources: EnvSources,
): Promise<string | undefined> {
  const text = await sources.envFile(volumeName, path);
  if (text === undefined && !optional)
    throw new Error(`env file ${JSON.stringify(path)} not found in volume "${volumeName}"`);
  let value: string | undefined;
  try {
    value = parseEnvFile(text ?? '').get(key);
  } catch (error) {
    throw new Error(
      `couldn't parse env file ${JSON.stringify(path)} of volume "${volumeName}": ${(error as Error).message}`,
    );
  }
  if (value === undefined && !optional)
    throw new Error(`environment variable key ${JSON.stringify(key)} not found in file ${JSON.stringify(path)}`);
  return value;
}

function resourceRef(
  ref: NonNullable<ValueFrom['resourceFieldRef']>,
  pod: Pod,
  container: Container,
  { facts }: EnvSources,
): string {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const of = ref.containerName ? all.find(c => c.name === ref.containerName) : container;
  if (!of) throw new Error(`container ${ref.containerName} not found`);
  return resourceValue(of, ref.resource, ref.divisor, facts);
}

function oneKey(
  kind: 'ConfigMap' | 'Secret',
  name: string,
  key: string,
  optional: boolean | undefined,
  data: Record<string, string> | undefined,
  pod: Pod,
): string | undefined {
  const value = data?.[key];
  if (value !== undefined || optional) return value;
  if (!data) throw new Error(`${kind.toLowerCase()} "${name}" not found`);
  throw new Error(`couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`);
}

const configMapData = (map: ConfigMap | undefined): Record<string, string> | undefined => map && (map.data ?? {});

const secretData = (secret: Secret | undefined): Record<string, string> | undefined =>
  secret &&
  Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
