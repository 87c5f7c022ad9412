import { humanDuration } from '../../duration.js';
import { fill } from '../../json.js';
import type { CertificateSigningRequest } from '../../types.js';
import { ageColumn, nameColumn, none, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec } from '../strategy.js';
import { type Condition, conditionsOf, conditionText } from './conditions.js';
import { validate, validateUpdate } from './validate.js';

/** The decision is the approver's: a signer that sends it again, perhaps shortened, changes nothing of it. */
function keepDecisions(csr: CertificateSigningRequest, old: CertificateSigningRequest): void {
  for (const type of ['Approved', 'Denied']) {
    const before = conditionsOf(old, type);
    if (!csr.status?.conditions || conditionsOf(csr, type).length !== before.length) continue;
    const kept = [...before];
    csr.status.conditions = csr.status.conditions.map(c => (c.type === type ? (kept.shift() as Condition) : c));
  }
}

export const certificateSigningRequestRow = defineKind<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  namespaced: false,
  subresources: ['status', 'approval'],
  model: 'V1CertificateSigningRequest',
  nameRule: 'pathSegment',
  columns: [
    nameColumn,
    ageColumn,
    text('SignerName', csr => csr.spec?.signerName || none),
    text('Requestor', csr => csr.spec?.username ?? ''),
    text('RequestedDuration', csr =>
      csr.spec?.expirationSeconds == null ? none : humanDuration(csr.spec.expirationSeconds * 1000),
    ),
    text('Condition', conditionText),
  ],
  fields: csr => ({ 'spec.signerName': csr.spec?.signerName ?? '' }),
  defaults(csr) {
    fill(csr, 'spec', { request: '', signerName: '' });
    fill(csr, 'status', {});
  },
  prepareCreate(csr) {
    csr.status = {};
  },
  /** What is asked for stands; what is decided about it has its own ways. */
  prepareUpdate(csr, old) {
    csr.spec = old.spec;
    csr.status = old.status ?? {};
  },
  prepareStatusUpdate(csr, old, subresource) {
    keepSpec(csr, old);
    if (subresource === 'approval') csr.status = { ...old.status, conditions: csr.status?.conditions ?? [] };
    else keepDecisions(csr, old);
  },
  validate,
  validateUpdate,
});
