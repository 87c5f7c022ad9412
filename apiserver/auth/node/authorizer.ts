/**
 * What a kubelet may: read what the pods bound to its node refer to, keep its own Node and Lease, and the fixed rules
 * that all nodes share. A stolen node's certificate opens that node's secrets, and no other's.
 */
import type { PolicyRule } from '../../../api/types.js';
import type { Authorizer, Lookup, RequestInfo, User, Verdict } from '../../contracts.js';
import { nodeRules } from '../policy/node-rules.js';
import { ruleAllows } from '../rbac/match.js';
import { NodeGraph } from './graph.js';
import { nodeOf } from './identity.js';

export const nodeLeaseNamespace = 'kube-node-lease';

const reading = new Set(['get', 'list', 'watch']);
const leaseVerbs = new Set(['get', 'create', 'update', 'patch', 'delete']);
const noOpinion: Verdict = { allowed: false, reason: '' };
const allowed: Verdict = { allowed: true, reason: 'Node: allowed by the node authorizer' };

const refused = (reason: string): Verdict => ({ allowed: false, reason });

export class NodeAuthorizer implements Authorizer {
  private readonly graph: NodeGraph;

  constructor(
    lookup: Lookup,
    private readonly rules: readonly PolicyRule[] = nodeRules(),
  ) {
    this.graph = new NodeGraph(lookup);
  }

  authorize(user: User, info: RequestInfo): Verdict {
    const node = nodeOf(user);
    if (node === undefined) return noOpinion;
    if (node === '') return refused(`unknown node for user ${JSON.stringify(user.name)}`);
    if (info.isResource) {
      switch (`${info.group}/${info.resource}`) {
        case '/secrets':
        case '/configmaps':
        case '/persistentvolumeclaims':
          return this.readReferred(node, info);
        case '/serviceaccounts':
          return this.tokenOf(node, info);
        case '/nodes':
          return this.ownNode(node, info);
        case 'coordination.k8s.io/leases':
          return ownLease(node, info);
      }
    }
    return this.byRules(info);
  }

  private byRules(info: RequestInfo): Verdict {
    return this.rules.some(rule => ruleAllows(rule, info)) ? allowed : noOpinion;
  }

  private readReferred(node: string, info: RequestInfo): Verdict {
    if (!reading.has(info.verb)) return refused('can only read resources of this type');
    if (info.subresource !== '') return refused('cannot read subresource');
    if (info.name === '' || info.namespace === '') {
      return refused('No Object name found');
    }
    return this.referred(node, info);
  }

  private tokenOf(node: string, info: RequestInfo): Verdict {
    const isToken = info.verb === 'create' && info.subresource === 'token';
    if (!isToken) return refused('can only create tokens for individual service accounts');
    return this.referred(node, info);
  }

  private referred(node: string, info: RequestInfo): Verdict {
    if (this.graph.refers(node, info.resource, info.namespace, info.name)) return allowed;
    return refused(`no relationship found between node '${node}' and this object`);
  }

  private ownNode(node: string, info: RequestInfo): Verdict {
    const other = info.name !== '' && info.name !== node;
    if (other && reading.has(info.verb))
      return refused(`node '${node}' cannot read '${info.name}', only its own Node object`);
    if (info.name === '' && reading.has(info.verb)) {
      return refused(`node '${node}' cannot read all nodes, only its own Node object`);
    }
    return this.byRules(info);
  }
}

function ownLease(node: string, info: RequestInfo): Verdict {
  if (info.namespace !== nodeLeaseNamespace) {
    return refused(`can only access leases in the "${nodeLeaseNamespace}" system namespace`);
  }
  if (!leaseVerbs.has(info.verb) || info.subresource !== '') {
    return refused('can only get, create, update, patch, or delete a node lease');
  }
  // The name of what is created is in the body, which NodeRestriction checks.
  if (info.verb !== 'create' && info.name !== node)
    return refused('can only access node lease with the same name as the requesting node');
  return allowed;
}
