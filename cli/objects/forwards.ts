/** Which port here leads to which port of a pod. Pure. */
import type { Pod, Service } from '../../api/types.js';
import { Failure } from '../failure.js';

export interface Forward {
  /** 0: any that is free. */
  local: number;
  /** Of the pod. */
  remote: number;
}

/** '8080', '80:8080', ':8080', '80:http'; with a service, what stands after the colon is the service's. */
export const forwardsOf = (words: readonly string[], pod: Pod, service: Service | undefined): Forward[] =>
  words.map(word => {
    const [first = '', second, ...more] = word.split(':');
    if (more.length > 0 || first + (second ?? '') === '') throw new Failure(`invalid port format '${word}'`);
    const there = second ?? first;
    const remote = service ? podPortOf(there, service, pod) : numberOf(there, pod, word);
    const local = second === undefined ? (/^\d+$/.test(first) ? Number(first) : remote) : Number(first || 0);
    if (!Number.isInteger(local) || local > 65_535 || remote < 1 || remote > 65_535)
      throw new Failure(`error parsing local port '${first}': a number of at most 65535 is expected`);
    return { local, remote };
  });

function numberOf(text: string, pod: Pod, word: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const found = (pod.spec?.containers ?? []).flatMap(({ ports = [] }) => ports).find(({ name }) => name === text);
  if (found) return found.containerPort;
  throw new Failure(`Pod '${pod.metadata.name}' does not have a named port '${text}' (of ${word})`);
}

/** A service's port is another number than its pods', or a name that each of them has. */
function podPortOf(text: string, { metadata, spec }: Service, pod: Pod): number {
  const found = spec?.ports?.find(({ port, name }) => String(port) === text || name === text);
  if (!found) throw new Failure(`Service ${metadata.name} does not have a service port ${text}`);
  return numberOf(String(found.targetPort ?? found.port), pod, text);
}
