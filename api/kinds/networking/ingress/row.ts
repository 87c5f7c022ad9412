import { fill } from '../../../json.js';
import type { Ingress } from '../../../types.js';
import { balancerText } from '../../balancer.js';
import { ageColumn, nameColumn, none, text } from '../../columns.js';
import { defineKind } from '../../define.js';
import { keepSpec, keepStatus } from '../../strategy.js';
import { networkingGroup } from '../group.js';
import { validate, validateCreate } from './validate.js';

/** The first few hosts that rules name; '*' where none does. */
function hosts({ spec }: Ingress): string {
  const named = (spec?.rules ?? []).map(({ host }) => host ?? '').filter(host => host !== '');
  if (named.length === 0) return '*';
  const more = named.length > 3 ? ` + ${named.length - 3} more...` : '';
  return named.slice(0, 3).join(',') + more;
}

export const ingressRow = defineKind<Ingress>({
  group: networkingGroup,
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  subresources: ['status'],
  model: 'V1Ingress',
  columns: [
    nameColumn,
    text('Class', ingress => ingress.spec?.ingressClassName ?? none),
    text('Hosts', hosts),
    text('Address', ingress => balancerText(ingress.status?.loadBalancer)),
    text('Ports', ingress => (ingress.spec?.tls?.length ? '80, 443' : '80')),
    ageColumn,
  ],
  defaults(ingress) {
    fill(ingress, 'spec', {});
    fill(ingress, 'status', {});
    if (ingress.status) fill(ingress.status, 'loadBalancer', {});
  },
  prepareCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: ingress => ingress.spec,
  validate,
  validateCreate,
});
