/** Which nodes have a pod that refers to an object: kept as pods change, so that a question is one look-up. */
import { isMirror } from '../../../api/kinds/pod/mirror.js';
import type { AnyObject, Pod } from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';
import { podReferences } from './references.js';

const pods = { group: '', resource: 'pods' };

export class NodeGraph {
  /** Node -> 'secrets/NAMESPACE/NAME' -> how many pods there refer to it; its pods themselves are among it. */
  private readonly byNode = new Map<string, Map<string, number>>();
  /** What each pod was counted with, by namespace and name. */
  private readonly counted = new Map<string, { node: string; targets: string[] }>();

  constructor(lookup: Lookup) {
    for (const pod of lookup.list(pods)) this.put(asPod(pod));
    lookup.onChange(pods, (now, before) => {
      if (now) this.put(asPod(now));
      else if (before) this.forget(keyOf(asPod(before)));
    });
  }

  /** Does a pod on the node refer to the object? `resource` is 'secrets', 'configmaps', ... */
  refers(node: string, resource: string, namespace: string, name: string): boolean {
    return this.byNode.get(node)?.has(`${resource}/${namespace}/${name}`) ?? false;
  }

  private put(pod: Pod): void {
    const key = keyOf(pod);
    this.forget(key);
    const node = pod.spec?.nodeName;
    if (!node) return;
    const { namespace = '' } = pod.metadata;
    // A kubelet makes mirror pods itself: they must not give it rights that it lacks.
    const references = isMirror(pod) ? [] : [...podReferences(pod)];
    const targets = [`pods/${pod.metadata.name}`, ...references].map(target => inNamespace(target, namespace));
    this.counted.set(key, { node, targets });
    let counts = this.byNode.get(node);
    if (!counts) {
      counts = new Map();
      this.byNode.set(node, counts);
    }
    for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
  }

  private forget(key: string): void {
    const known = this.counted.get(key);
    if (!known) return;
    this.counted.delete(key);
    const counts = this.byNode.get(known.node);
    if (!counts) return;
    for (const target of known.targets) {
      const left = (counts.get(target) ?? 0) - 1;
      if (left > 0) counts.set(target, left);
      else counts.delete(target);
    }
    if (counts.size === 0) this.byNode.delete(known.node);
  }
}

const asPod = (object: AnyObject): Pod => object as unknown as Pod;

const keyOf = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

/** 'secrets/x' in namespace n -> 'secrets/n/x'. */
function inNamespace(target: string, namespace: string): string {
  const slash = target.indexOf('/');
  return `${target.slice(0, slash)}/${namespace}${target.slice(slash)}`;
}
