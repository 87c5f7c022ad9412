/**
 * What a kubelet may: read what the pods bound to its node refer to, keep what is its own (Node, Lease, CSINode, slices
 * of devices), and the fixed rules that all nodes share. A stolen node's certificate opens that node's secrets, and no
 * other's.
 */
import { parseFieldSelector } from '../../../api/selectors/index.js';
import type { PolicyRule } from '../../../api/types.js';
import type { Authorizer, Lookup, RequestInfo, User, Verdict } from '../../contracts.js';
import { nodeRules } from '../policy/node-rules.js';
import { ruleAllows } from '../rbac/match.js';
import { NodeGraph } from './graph.js';
import { nodeOf } from './identity.js';
import { VolumeGraph } from './volumes.js';

export const nodeLeaseNamespace = 'kube-node-lease';

const reading = new Set(['get', 'list', 'watch']);
const selecting = new Set(['list', 'watch', 'deletecollection']);
const ownVerbs = new Set(['get', 'create', 'update', 'patch', 'delete']);
const noOpinion: Verdict = { allowed: false, reason: '' };
const allowed: Verdict = { allowed: true, reason: 'Node: allowed by the node authorizer' };

const refused = (reason: string): Verdict => ({ allowed: false, reason });

export class NodeAuthorizer implements Authorizer {
  private known: { graph: NodeGraph; volumes: VolumeGraph } | undefined;

  constructor(
    private readonly lookup: Lookup,
    private readonly rules: readonly PolicyRule[] = nodeRules(),
  ) {}

  /** Made when the first node asks: all pods are read for it, and a server is ready earlier without. */
  private get graphs(): { graph: NodeGraph; volumes: VolumeGraph } {
    if (!this.known) {
      const graph = new NodeGraph(this.lookup);
      this.known = { graph, volumes: new VolumeGraph(this.lookup, graph) };
    }
    return this.known;
  }

  authorize(user: User, info: RequestInfo): Verdict {
    const node = nodeOf(user);
    if (node === undefined) return noOpinion;
    if (node === '') return refused(`unknown node for user ${JSON.stringify(user.name)}`);
    if (!info.isResource) return this.byRules(info);
    switch (`${info.group}/${info.resource}`) {
      case '/secrets':
        return readOne(info) ?? this.secret(node, info);
      case '/configmaps':
        return readOne(info) ?? this.referred(node, info);
      case '/persistentvolumeclaims':
        return this.claim(node, info);
      case '/persistentvolumes':
        return getOne(info) ?? this.related(node, this.graphs.volumes.refersToVolume(node, info.name));
      case 'resource.k8s.io/resourceclaims':
        return getOne(info) ?? this.referred(node, info);
      case 'storage.k8s.io/volumeattachments':
        return getOne(info) ?? this.related(node, this.nodeNameOf(info) === node);
      case 'resource.k8s.io/resourceslices':
        return this.slice(node, info);
      case '/pods':
        return this.pod(node, info);
      case '/serviceaccounts':
        return this.tokenOf(node, info);
      case '/nodes':
        return this.ownNode(node, info);
      case 'coordination.k8s.io/leases':
        return ownLease(node, info);
      case 'storage.k8s.io/csinodes':
        return ownCsiNode(node, info);
    }
    return this.byRules(info);
  }

  private byRules(info: RequestInfo): Verdict {
    return this.rules.some(rule => ruleAllows(rule, info)) ? allowed : noOpinion;
  }

  private related(node: string, related: boolean): Verdict {
    return related ? allowed : refused(`no relationship found between node '${node}' and this object`);
  }

  private referred(node: string, { resource, namespace, name }: RequestInfo): Verdict {
    return this.related(node, this.graphs.graph.refers(node, resource, namespace, name));
  }

  private secret(node: string, info: RequestInfo): Verdict {
    const { namespace, name } = info;
    const byPod = this.referred(node, info);
    return byPod.allowed ? byPod : this.related(node, this.graphs.volumes.refersToSecret(node, namespace, name));
  }

  /** The kubelet resizes volumes, and says so in the claim's status. */
  private claim(node: string, info: RequestInfo): Verdict {
    if (info.subresource !== 'status') return getOne(info) ?? this.referred(node, info);
    if (!['get', 'update', 'patch'].includes(info.verb)) return refused('can only get/update/patch this type');
    return info.name === '' ? refused('No Object name found') : this.referred(node, info);
  }

  private tokenOf(node: string, info: RequestInfo): Verdict {
    const isToken = info.verb === 'create' && info.subresource === 'token';
    if (!isToken) return refused('can only create tokens for individual service accounts');
    return this.referred(node, info);
  }

  private pod(node: string, info: RequestInfo): Verdict {
    if (info.subresource !== '' || !reading.has(info.verb)) return this.byRules(info);
    if (info.verb === 'get') return this.referred(node, info);
    if (selects(info, 'spec.nodeName', node)) return allowed;
    if (info.name !== '') return this.referred(node, info);
    return refused('can only list/watch pods with spec.nodeName field selector');
  }

  private slice(node: string, info: RequestInfo): Verdict {
    if (info.subresource !== '') return refused('cannot authorize ResourceSlice subresources');
    // What is created is known only by its body, which NodeRestriction checks.
    if (info.verb === 'create') return allowed;
    if (!selecting.has(info.verb)) {
      if (!ownVerbs.has(info.verb))
        return refused(
          'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
        );
      return this.related(node, this.nodeNameOf(info) === node);
    }
    if (selects(info, 'spec.nodeName', node)) return allowed;
    return refused('can only list/watch/deletecollection resourceslices with spec.nodeName field selector');
  }

  /** The node that an object names in its spec. */
  private nodeNameOf({ group, resource, namespace, name }: RequestInfo): string | undefined {
    return (this.lookup.get({ group, resource }, namespace, name)?.spec as { nodeName?: string } | undefined)?.nodeName;
  }

  private ownNode(node: string, info: RequestInfo): Verdict {
    if (!reading.has(info.verb) || info.name === node) return this.byRules(info);
    if (info.name === '') return refused(`node '${node}' cannot read all nodes, only its own Node object`);
    return refused(`node '${node}' cannot read '${info.name}', only its own Node object`);
  }
}

/** Undefined when it is a read of one object. */
function readOne(info: RequestInfo): Verdict | undefined {
  if (!reading.has(info.verb)) return refused('can only read resources of this type');
  if (info.subresource !== '') return refused('cannot read subresource');
  return info.name === '' ? refused('No Object name found') : undefined;
}

function getOne(info: RequestInfo): Verdict | undefined {
  if (info.verb !== 'get' || info.name === '') return refused('can only get individual resources of this type');
  return info.subresource === '' ? undefined : refused('cannot get subresource');
}

/** Whether only objects are asked for whose field has this value. */
function selects({ fieldSelector = '' }: RequestInfo, field: string, value: string): boolean {
  try {
    return parseFieldSelector(fieldSelector).requirements.some(
      wanted => wanted.field === field && wanted.operator === '=' && wanted.value === value,
    );
  } catch {
    // The verb will say what is wrong with it.
    return false;
  }
}

function ownLease(node: string, info: RequestInfo): Verdict {
  if (info.namespace !== nodeLeaseNamespace) {
    return refused(`can only access leases in the "${nodeLeaseNamespace}" system namespace`);
  }
  if (!ownVerbs.has(info.verb) || info.subresource !== '') {
    return refused('can only get, create, update, patch, or delete a node lease');
  }
  return ownByName(node, info, 'can only access node lease with the same name as the requesting node');
}

function ownCsiNode(node: string, info: RequestInfo): Verdict {
  if (info.subresource !== '') return refused('cannot authorize CSINode subresources');
  if (!ownVerbs.has(info.verb)) return refused('can only get, create, update, patch, or delete a CSINode');
  return ownByName(node, info, 'can only access CSINode with the same name as the requesting node');
}

/** The name of what is created is in the body, which NodeRestriction checks. */
const ownByName = (node: string, { verb, name }: RequestInfo, why: string): Verdict =>
  verb === 'create' || name === node ? allowed : refused(why);
