import assert from 'node:assert/strict';
import { judgesRow, made, messages } from '../../testing/rows.js';
import { ingressRow } from './ingress/row.js';
import { ingressClassRow } from './ingressclass.js';
import { ipAddressRow } from './ipaddress.js';
import { networkPolicyRow } from './networkpolicy.js';
import { serviceCidrRow } from './servicecidr.js';

const backend = { service: { name: 'web', port: { number: 80 } } };
const routed = (fields: object) => ({ spec: { rules: [{ http: { paths: [{ backend, ...fields }] } }] } });
const label1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const path = 'spec.rules[0].http.paths[0]';

judgesRow(ingressRow, {
  defaults: [['nothing', {}, { spec: {}, status: { loadBalancer: {} } }]],
  columns: [
    ['one without rules', { spec: { defaultBackend: backend } }, 'x | <none> | * |  | 80 | 60s'],
    [
      'one with everything',
      {
        spec: { ingressClassName: 'nginx', rules: ['a', 'b', 'c', 'd'].map(host => ({ host })), tls: [{}] },
        status: { loadBalancer: { ingress: [{ ip: '192.0.2.10' }, { hostname: 'example.com' }] } },
      },
      'x | nginx | a,b,c + 1 more... | 192.0.2.10,ex... | 80, 443 | 60s',
    ],
  ],
  validation: [
    ['a backend alone', { spec: { defaultBackend: backend } }, []],
    ['a route', routed({ path: '/a', pathType: 'Prefix' }), []],
    ['a wildcard', { spec: { rules: [{ host: '*.example.com' }], tls: [{ hosts: ['*.example.com'] }] } }, []],
    ['nothing', {}, ['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified']],
    ['no type', routed({ path: '/' }), [`${path}.pathType: Required value: pathType must be specified`]],
    [
      'a type that there is not',
      routed({ path: '/', pathType: 'Regex' }),
      [`${path}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`],
    ],
    [
      'a path from nowhere',
      routed({ path: 'a//b/..', pathType: 'Exact' }),
      [
        `${path}.path: Invalid value: "a//b/..": must be an absolute path`,
        `${path}.path: Invalid value: "a//b/..": must not contain '//'`,
        `${path}.path: Invalid value: "a//b/..": cannot end with '/..'`,
      ],
    ],
    ['any path that the controller knows', routed({ path: '/a//b', pathType: 'ImplementationSpecific' }), []],
    [
      'a backend that is none',
      { spec: { defaultBackend: {} } },
      ['spec.defaultBackend: Invalid value: "": resource or service backend is required'],
    ],
    [
      'two ports',
      { spec: { defaultBackend: { service: { name: 'Web', port: { name: 'http', number: 80 } } } } },
      [
        `spec.defaultBackend.service.name: Invalid value: "Web": ${label1035}`,
        'spec.defaultBackend: Invalid value: "": cannot set both port name & port number',
      ],
    ],
    [
      'no port',
      { spec: { defaultBackend: { service: { name: 'web' } } } },
      ['spec.defaultBackend: Required value: port name or number is required'],
    ],
    [
      'a resource without a kind',
      { spec: { defaultBackend: { resource: { name: 'a' } } } },
      ['spec.defaultBackend.resource.kind: Required value: kind is required'],
    ],
    [
      'a number for a host, and no paths',
      { spec: { rules: [{ host: '10.0.0.1', http: {} }] } },
      [
        'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
        'spec.rules[0].http.paths: Required value',
      ],
    ],
  ],
});

describe('an Ingress that is new', () => {
  it('says its class once', () => {
    const twice = made(ingressRow, {
      metadata: { annotations: { 'kubernetes.io/ingress.class': 'a' } },
      spec: { ingressClassName: 'b', defaultBackend: backend },
    });
    assert.deepEqual(messages(ingressRow.validate?.(twice)), []);
    assert.deepEqual(messages(ingressRow.validateCreate?.(twice)), [
      'annotations.kubernetes.io/ingress.class: Invalid value: "a": can not be set when the class field is also set',
    ]);
  });
});

judgesRow(ingressClassRow, {
  defaults: [
    [
      'parameters',
      { spec: { parameters: { kind: 'A', name: 'b' } } },
      { spec: { parameters: { kind: 'A', name: 'b', scope: 'Cluster' } } },
    ],
  ],
  columns: [
    ['a class', { spec: { controller: 'example.com/nginx' } }, 'x | example.com/nginx | <none> | 60s'],
    [
      'its parameters',
      { spec: { controller: 'a.b/c', parameters: { apiGroup: 'k.example.com', kind: 'Params', name: 'p' } } },
      'x | a.b/c | Params.k.example.com/p | 60s',
    ],
  ],
  validation: [
    ['a controller', { spec: { controller: 'example.com/nginx' } }, []],
    ['none', {}, ['spec.controller: Required value']],
    [
      "a controller that is nobody's",
      { spec: { controller: 'nginx' } },
      ['spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
    [
      'parameters in no namespace',
      { spec: { controller: 'a.b/c', parameters: { kind: 'A', name: 'b', scope: 'Namespace' } } },
      ["spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"],
    ],
    [
      'parameters of the cluster in a namespace',
      { spec: { controller: 'a.b/c', parameters: { kind: 'A', name: 'b', namespace: 'c' } } },
      ["spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'"],
    ],
    [
      'parameters somewhere else',
      { spec: { controller: 'a.b/c', parameters: { kind: 'A', name: 'b', scope: 'World' } } },
      ['spec.parameters.scope: Unsupported value: "World": supported values: "Cluster", "Namespace"'],
    ],
  ],
  updates: [
    [
      'of the controller',
      { spec: { controller: 'a.b/c' } },
      { spec: { controller: 'a.b/d' } },
      ['spec.controller: Invalid value: "a.b/c": field is immutable'],
    ],
  ],
});

const from = (peer: object) => ({ spec: { ingress: [{ from: [peer] }] } });
const peer = 'spec.ingress[0].from[0]';
const port = (fields: object) => ({ spec: { egress: [{ ports: [fields] }] } });

judgesRow(networkPolicyRow, {
  defaults: [
    ['nothing', {}, { spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
    [
      'rules for egress',
      port({ port: 53 }),
      {
        spec: {
          podSelector: {},
          egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
          policyTypes: ['Ingress', 'Egress'],
        },
      },
    ],
  ],
  columns: [
    ['one for all pods', {}, 'x | <none> | 60s'],
    [
      'one for some',
      {
        spec: { podSelector: { matchLabels: { app: 'db' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] } },
      },
      'x | app=db,tier | 60s',
    ],
  ],
  validation: [
    ['pods of namespaces', from({ podSelector: {}, namespaceSelector: {} }), []],
    ['a range of ports', port({ port: 80, endPort: 90 }), []],
    ['a block with a hole', from({ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }), []],
    ['nobody', from({}), [`${peer}: Required value: must specify a peer`]],
    [
      'pods of a block',
      from({ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }),
      [`${peer}: Forbidden: may not specify both ipBlock and another peer`],
    ],
    ['a block of nothing', from({ ipBlock: {} }), [`${peer}.ipBlock.cidr: Required value`]],
    [
      'a block that is none',
      from({ ipBlock: { cidr: '10.0.0.1' } }),
      [`${peer}.ipBlock.cidr: Invalid value: "10.0.0.1": not a valid CIDR`],
    ],
    [
      'holes that are not in the block',
      from({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16', '10.0.0.0/8', 'x'] } }),
      [
        `${peer}.ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of \`cidr\``,
        `${peer}.ipBlock.except[1]: Invalid value: "10.0.0.0/8": must be a strict subset of \`cidr\``,
        `${peer}.ipBlock.except[2]: Invalid value: "x": not a valid CIDR`,
      ],
    ],
    [
      'ports that end before they begin',
      port({ port: 80, endPort: 70 }),
      ['spec.egress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`'],
    ],
    [
      'an end of a name',
      port({ port: 'http', endPort: 70 }),
      ['spec.egress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is non-numeric'],
    ],
    [
      'an end alone, of a protocol that there is not',
      port({ protocol: 'ICMP', endPort: 70 }),
      [
        'spec.egress[0].ports[0].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
        'spec.egress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is not specified',
      ],
    ],
    [
      'a third direction',
      { spec: { policyTypes: ['Sideways'] } },
      ['spec.policyTypes[0]: Unsupported value: "Sideways": supported values: "Ingress", "Egress"'],
    ],
  ],
});

const parentRef = { resource: 'services', namespace: 'default', name: 'web' };

judgesRow(ipAddressRow, {
  columns: [['an address', { spec: { parentRef } }, 'x | services/default/web | 60s']],
  validation: [
    ['an owner', { metadata: { name: '10.96.0.1' }, spec: { parentRef } }, []],
    ['IPv6', { metadata: { name: 'fd00::1' }, spec: { parentRef } }, []],
    [
      'two ways to be written',
      { metadata: { name: 'FD00:0::1' }, spec: { parentRef } },
      ['metadata.name: Invalid value: "FD00:0::1": must be in canonical form ("fd00::1")'],
    ],
    [
      'another name, and no owner',
      {},
      [
        'metadata.name: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
        'spec.parentRef: Required value',
      ],
    ],
    [
      'half an owner',
      { metadata: { name: '10.96.0.1' }, spec: { parentRef: { name: 'a/b' } } },
      ['spec.parentRef.resource: Required value', 'spec.parentRef.name: Invalid value: "a/b": may not contain \'/\''],
    ],
  ],
  updates: [
    [
      'of the owner',
      { spec: { parentRef: { ...parentRef, name: 'db' } } },
      { spec: { parentRef } },
      ['spec.parentRef: Invalid value: {"resource":"services","namespace":"default","name":"db"}: field is immutable'],
    ],
  ],
});

const ranges = (...cidrs: string[]) => ({ spec: { cidrs } });

judgesRow(serviceCidrRow, {
  columns: [['two ranges', ranges('10.96.0.0/16', 'fd00::/112'), 'x | 10.96.0.0/16,fd00::/112 | 60s']],
  validation: [
    ['a range of each family', ranges('10.96.0.0/16', 'fd00::/112'), []],
    ['none', {}, ['spec.cidrs: Required value: at least one CIDR required']],
    [
      'three',
      ranges('10.96.0.0/16', 'fd00::/112', '10.97.0.0/16'),
      ['spec.cidrs: Invalid value: ["10.96.0.0/16","fd00::/112","10.97.0.0/16"]: may only hold up to 2 values'],
    ],
    [
      'two of one family',
      ranges('10.96.0.0/16', '10.97.0.0/16'),
      [
        'spec.cidrs: Invalid value: ["10.96.0.0/16","10.97.0.0/16"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [
      'host bits',
      ranges('10.96.0.1/16'),
      ['spec.cidrs[0]: Invalid value: "10.96.0.1/16": must be in canonical form ("10.96.0.0/16")'],
    ],
    [
      'what is none',
      ranges('ten'),
      ['spec.cidrs[0]: Invalid value: "ten": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
  ],
  updates: [
    ['that adds a family', ranges('10.96.0.0/16', 'fd00::/112'), ranges('10.96.0.0/16'), []],
    [
      'of a range',
      ranges('10.97.0.0/16'),
      ranges('10.96.0.0/16'),
      ['spec.cidrs: Invalid value: ["10.97.0.0/16"]: field is immutable'],
    ],
  ],
});
