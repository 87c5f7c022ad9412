import assert from 'node:assert/strict';
import { judgesRow, made, messages } from '../../testing/rows.js';
import { certificateSigningRequestRow as row } from './row.js';

const spec = { request: 'cA==', signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] };
const asked = (fields: object) => ({ spec: { ...spec, ...fields } });
const pem = (text: string) => Buffer.from(text).toString('base64');
const block = (type: string, body: string) => pem(`-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`);
const approved = { type: 'Approved', status: 'True' };
const denied = { type: 'Denied', status: 'True' };

judgesRow(row, {
  columns: [
    [
      'one that waits',
      asked({ username: 'ann' }),
      'x | 60s | kubernetes.io/kube-apiserver-client | ann | <none> | Pending',
    ],
    [
      'one that is done',
      { ...asked({ expirationSeconds: 86400 }), status: { conditions: [approved], certificate: 'x' } },
      'x | 60s | kubernetes.io/kube-apiserver-client |  | 24h | Approved,Issued',
    ],
    [
      'one that failed',
      { ...asked({}), status: { conditions: [denied, { type: 'Failed', status: 'True' }] } },
      'x | 60s | kubernetes.io/kube-apiserver-client |  | <none> | Denied,Failed',
    ],
  ],
  validation: [
    ['what is needed', { spec }, []],
    [
      'nothing',
      {},
      [
        'spec.request: Required value',
        'spec.usages: Required value: usages must be provided',
        'spec.signerName: Required value: signerName must be provided',
      ],
    ],
    [
      'usages twice',
      asked({ usages: ['client auth', 'client auth'] }),
      ['spec.usages[1]: Duplicate value: "client auth"'],
    ],
    [
      'a signer without a domain',
      asked({ signerName: 'mine' }),
      [
        'spec.signerName: Invalid value: "mine": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
      ],
    ],
    [
      'a signer of a short domain',
      asked({ signerName: 'com/mine' }),
      ['spec.signerName: Invalid value: "com": should be a domain with at least two segments separated by dots'],
    ],
    [
      'the signer of old',
      asked({ signerName: 'kubernetes.io/legacy-unknown' }),
      [
        'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
      ],
    ],
    [
      'five minutes',
      asked({ expirationSeconds: 300 }),
      ['spec.expirationSeconds: Invalid value: 300: may not specify a duration less than 600 seconds (10 minutes)'],
    ],
    [
      'both decisions',
      { spec, status: { conditions: [approved, denied] } },
      ['status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
    ],
    [
      'half a decision',
      { spec, status: { conditions: [{ type: 'Approved', status: 'False' }] } },
      ['status.conditions[0].status: Unsupported value: "False": supported values: "True"'],
    ],
    ['a certificate', { spec, status: { certificate: block('CERTIFICATE', 'MIIB') } }, []],
    [
      'a key for a certificate',
      { spec, status: { certificate: block('PRIVATE KEY', 'MIIB') } },
      [
        'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"',
      ],
    ],
    [
      'a certificate that is none',
      { spec, status: { certificate: pem('hello') } },
      ['status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block'],
    ],
  ],
});

describe('what happens to a CertificateSigningRequest', () => {
  const pending = () => made(row, { spec, status: {} });
  const withStatus = (status: object) => made(row, { spec, status });
  const certificate = block('CERTIFICATE', 'MIIB');
  const table: [string, string, object, object, string[]][] = [
    ['is approved by /approval', 'approval', {}, { conditions: [approved] }, []],
    [
      'is not approved by /status',
      'status',
      {},
      { conditions: [approved] },
      ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
    ],
    [
      'stays approved',
      'approval',
      { conditions: [approved] },
      { conditions: [] },
      ['status.conditions: Forbidden: updates may not remove a condition of type "Approved"'],
    ],
    ['is signed by /status', 'status', {}, { certificate }, []],
    [
      'is not signed by /approval',
      'approval',
      {},
      { certificate },
      ['status.certificate: Forbidden: updates may not set certificate content'],
    ],
    [
      'is signed once',
      'status',
      { certificate },
      { certificate: block('CERTIFICATE', 'MIIC') },
      ['status.certificate: Forbidden: updates may not modify existing certificate content'],
    ],
  ];
  for (const [what, subresource, old, now, expected] of table) {
    it(what, () =>
      assert.deepEqual(messages(row.validateUpdate?.(withStatus(now), withStatus(old), subresource)), expected),
    );
  }

  it('keeps what was asked for, and what was decided', () => {
    const changed = made(row, { spec: { ...spec, signerName: 'a.b/c' }, status: { conditions: [approved] } });
    row.prepareUpdate?.(changed, pending());
    assert.deepEqual([changed.spec, changed.status], [spec, {}]);
    const signed = withStatus({ conditions: [{ ...approved, message: 'other' }], certificate });
    row.prepareStatusUpdate?.(signed, withStatus({ conditions: [approved] }), 'status');
    assert.deepEqual(signed.status, { conditions: [approved], certificate });
    const decided = withStatus({ conditions: [approved], certificate });
    row.prepareStatusUpdate?.(decided, pending(), 'approval');
    assert.deepEqual(decided.status, { conditions: [approved] });
  });
});
