import assert from 'node:assert/strict';
import { clone } from '../../json.js';
import type { AnyObject, Service } from '../../types.js';
import { serviceRow } from './row.js';

type Spec = NonNullable<Service['spec']>;

const made = (spec: Spec): AnyObject => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec };
  serviceRow.defaults?.(service);
  return service;
};
const specOf = (service: AnyObject): Spec => service.spec as Spec;

describe("a service's defaults", () => {
  it('are those of Kubernetes', () => {
    assert.deepEqual(made({ ports: [{ port: 80 }] }).spec, {
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
    });
    const sticky = specOf(
      made({ type: 'NodePort', sessionAffinity: 'ClientIP', ports: [{ port: 80, targetPort: 'http' }] }),
    );
    assert.equal(sticky.externalTrafficPolicy, 'Cluster');
    assert.deepEqual(sticky.sessionAffinityConfig, { clientIP: { timeoutSeconds: 10800 } });
    assert.equal(sticky.ports?.[0]?.targetPort, 'http');
    assert.deepEqual(specOf(made({ clusterIP: 'None' })).clusterIPs, ['None']);
  });
});

describe('validation of a service', () => {
  const said = (spec: Spec): string[] => (serviceRow.validate?.(made(spec)) ?? []).map(e => `${e.field}: ${e.message}`);
  const table: [string, Spec, string[]][] = [
    ['an ordinary one', { ports: [{ port: 80 }], selector: { app: 'web' } }, []],
    ['a headless one without ports', { clusterIP: 'None' }, []],
    ['a name for another', { type: 'ExternalName', externalName: 'example.com.' }, []],
    ['no ports', {}, ['spec.ports: Required value']],
    [
      'two ports without names',
      { ports: [{ port: 80 }, { port: 81 }] },
      ['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
    ],
    [
      'the same port twice',
      {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 80 },
        ],
      },
      ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}'],
    ],
    [
      'a node port without NodePort',
      { ports: [{ port: 80, nodePort: 30000 }] },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      'an unknown type',
      { type: 'Magic', ports: [{ port: 80 }] },
      [
        'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    ['ExternalName without a name', { type: 'ExternalName' }, ['spec.externalName: Required value']],
    [
      'an address that is none',
      { clusterIP: '10.96.0', ports: [{ port: 80 }] },
      ['spec.clusterIPs[0]: Invalid value: "10.96.0": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
  ];
  for (const [what, spec, messages] of table) it(`of ${what}`, () => assert.deepEqual(said(spec), messages));
});

describe('an update of a service', () => {
  const allocated = (): AnyObject =>
    made({
      type: 'NodePort',
      clusterIP: '10.96.0.9',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ port: 80, nodePort: 30080 }],
    });
  const update = (spec: Spec): { spec: Spec; errors: string[] } => {
    const service = made(spec);
    const old = allocated();
    serviceRow.prepareUpdate?.(service, old);
    const errors = (serviceRow.validateUpdate?.(service, old) ?? []).map(e => `${e.field}: ${e.message}`);
    return { spec: specOf(service), errors };
  };

  it('keeps what was allocated, when the client does not know of it', () => {
    const { spec, errors } = update({ type: 'NodePort', ports: [{ port: 80 }] });
    assert.deepEqual(spec, specOf(allocated()));
    assert.deepEqual(errors, []);
  });

  it('may not move to another address', () => {
    assert.deepEqual(update({ type: 'NodePort', clusterIP: '10.96.0.10', ports: [{ port: 80 }] }).errors, [
      'spec.clusterIPs[0]: Invalid value: ["10.96.0.10"]: may not change once set',
    ]);
  });

  it('gives node ports back with the type', () => {
    const back = clone(specOf(allocated()));
    const { spec, errors } = update({ ...back, type: 'ClusterIP' });
    assert.equal(spec.ports?.[0]?.nodePort, undefined);
    assert.equal(spec.externalTrafficPolicy, undefined);
    assert.equal(spec.clusterIP, '10.96.0.9');
    assert.deepEqual(errors, []);
  });
});

describe("a service's columns", () => {
  const row = (service: AnyObject): string =>
    serviceRow.columns
      .slice(1, 5)
      .map(c => c.cell(service, 0))
      .join(' ');
  const table: [Spec, string][] = [
    [{ clusterIP: '10.96.0.1', ports: [{ port: 443 }] }, 'ClusterIP 10.96.0.1 <none> 443/TCP'],
    [
      {
        type: 'NodePort',
        clusterIP: '10.96.0.2',
        ports: [
          { port: 80, nodePort: 30080 },
          { port: 53, protocol: 'UDP' },
        ],
      },
      'NodePort 10.96.0.2 <none> 80:30080/TCP,53/UDP',
    ],
    [{ clusterIP: 'None' }, 'ClusterIP None <none> <none>'],
    [{ type: 'ExternalName', externalName: 'example.com' }, 'ExternalName <none> example.com <none>'],
    [
      { type: 'LoadBalancer', clusterIP: '10.96.0.3', ports: [{ port: 80 }] },
      'LoadBalancer 10.96.0.3 <pending> 80/TCP',
    ],
  ];
  for (const [spec, shown] of table) it(`show ${shown}`, () => assert.equal(row(made(spec)), shown));
});
