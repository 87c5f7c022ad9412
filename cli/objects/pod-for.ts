/** The pod that `run` makes of its flags. Pure. */
import { isObject } from '../../api/json.js';
import { applyPatch, patchTypes } from '../../api/patch/index.js';
import type { AnyObject } from '../../api/types.js';
import { parseYaml } from '../../api/yaml.js';
import { Failure } from '../failure.js';
import { pairsOf } from './pairs.js';

/** As the flags of `run` say them. */
export interface PodWishes {
  image: string;
  command?: boolean;
  env?: string[];
  labels?: string;
  annotations?: string[];
  port?: string;
  restart: string;
  imagePullPolicy?: string;
  privileged?: boolean;
  overrides?: string;
  stdin?: boolean;
  tty?: boolean;
}

export function podFor(name: string, words: readonly string[], wishes: PodWishes): AnyObject {
  if (!['Always', 'OnFailure', 'Never'].includes(wishes.restart))
    throw new Failure(`invalid restart policy: ${wishes.restart}`);
  const annotations = Object.fromEntries((wishes.annotations ?? []).flatMap(each => Object.entries(pairsOf(each))));
  const pod: AnyObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: wishes.labels === undefined ? { run: name } : pairsOf(wishes.labels),
      ...(wishes.annotations ? { annotations } : {}),
    },
    spec: { containers: [containerFor(name, words, wishes)], dnsPolicy: 'ClusterFirst', restartPolicy: wishes.restart },
    status: {},
  };
  return wishes.overrides === undefined ? pod : overridden(pod, wishes.overrides);
}

function containerFor(name: string, words: readonly string[], wishes: PodWishes): object {
  const { image, imagePullPolicy, stdin, tty, privileged } = wishes;
  return {
    ...(words.length > 0 ? { [wishes.command ? 'command' : 'args']: [...words] } : {}),
    ...(wishes.env ? { env: wishes.env.map(variable) } : {}),
    image,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    name,
    ...(wishes.port === undefined ? {} : { ports: [{ containerPort: portNumber(wishes.port) }] }),
    resources: {},
    ...(privileged ? { securityContext: { privileged } } : {}),
    ...(stdin ? { stdin, stdinOnce: true } : {}),
    ...(tty ? { tty } : {}),
  };
}

function variable(text: string): { name: string; value: string } {
  const equals = text.indexOf('=');
  if (equals <= 0) throw new Failure(`invalid env: ${text}`);
  return { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

export function portNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new Failure(`--port ${text}: a port's number is expected`);
  return Number(text);
}

function overridden(pod: AnyObject, text: string): AnyObject {
  const patch = parseYaml(text);
  if (!isObject(patch)) throw new Failure('--overrides: an object is expected');
  return applyPatch(patchTypes.merge, pod, patch) as AnyObject;
}
