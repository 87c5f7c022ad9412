/** A new node takes no pods until its conditions say that it is ready (TaintNodesByCondition). */
import type { Node, Taint } from '../../api/types.js';
import type { AdmissionPlugin } from '../contracts.js';
import { concerns } from './request.js';

const notReady: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

export const taintNodes: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: request => request.operation === 'CREATE' && request.row.group === '' && concerns(request, 'nodes'),
  mutate(request) {
    const node = request.object as unknown as Node;
    node.spec ??= {};
    const taints = node.spec.taints ?? [];
    const has = taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect);
    if (!has) node.spec.taints = [...taints, { ...notReady }];
  },
};
