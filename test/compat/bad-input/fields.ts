/** Bodies whose fields are wrong: types first, which decoding finds, then values, which validation finds. */
import {
  type Bad,
  badRequest,
  configMaps,
  controllers,
  invalid,
  named,
  pods,
  podWith,
  post,
  services,
} from './cases.js';

const go = (found: string, field: string, type: string) =>
  badRequest(new RegExp(`json: cannot unmarshal ${found} into Go struct field ${field} of type ${type}$`));
export const types: Bad[] = [
  post('metadata that is a list', configMaps, { metadata: [] }, go('array', 'ConfigMap\\.metadata', 'v1\\.ObjectMeta')),
  post(
    'a name that is a number',
    configMaps,
    { metadata: { name: 5 } },
    go('number', 'ObjectMeta\\.metadata\\.name', 'string'),
  ),
  post(
    'a label that is a number',
    configMaps,
    named('bad', { labels: { a: 1 } }),
    go('number', 'ObjectMeta\\.metadata\\.labels', 'string'),
  ),
  post(
    'a port in quotes',
    pods,
    podWith({ ports: [{ containerPort: '80' }] }),
    go('string', 'ContainerPort\\.spec\\.containers\\.ports\\.containerPort', 'int32'),
  ),
  post(
    'an env that is a number',
    pods,
    podWith({ env: [{ name: 'a', value: 5 }] }),
    go('number', 'EnvVar\\.spec\\.containers\\.env\\.value', 'string'),
  ),
  post(
    'containers that are an object',
    pods,
    { spec: { containers: {} } },
    go('object', 'PodSpec\\.spec\\.containers', '\\[\\]v1\\.Container'),
  ),
  post(
    'a word for a boolean',
    pods,
    podWith({}, { hostNetwork: 'yes' }),
    go('string', 'PodSpec\\.spec\\.hostNetwork', 'bool'),
  ),
  post(
    'half a replica',
    controllers,
    { spec: { replicas: 1.5 } },
    go('number 1\\.5', 'ReplicationControllerSpec\\.spec\\.replicas', 'int32'),
  ),
  post(
    'too many replicas for 32 bits',
    controllers,
    { spec: { replicas: 2 ** 31 } },
    go('number 2147483648', 'ReplicationControllerSpec\\.spec\\.replicas', 'int32'),
  ),
  post('a number without end', controllers, '{"spec":{"replicas":1e999}}', badRequest(/cannot unmarshal number/)),
  post(
    'a time that is none',
    configMaps,
    named('bad', { creationTimestamp: 'yesterday' }),
    badRequest(/parsing time "yesterday"/),
  ),
  post(
    'a quantity that is none',
    pods,
    podWith({ resources: { limits: { cpu: 'lots' } } }),
    badRequest(/quantities must match the regular expression/),
  ),
  post(
    'a secret that is no base64',
    '/api/v1/namespaces/default/secrets',
    { ...named('bad'), data: { a: '***' } },
    badRequest(/illegal base64 data at input byte 0$/),
  ),
];

export const values: Bad[] = [
  ...['A', 'a_b', '-a', 'a/b', '..', 'ä', 'a\n', 'x'.repeat(254)].map(name =>
    post(
      `the name ${JSON.stringify(name.slice(0, 9))}`,
      configMaps,
      named(name),
      invalid(/^ConfigMap /s, 'metadata.name'),
    ),
  ),
  post('no name', configMaps, { metadata: {} }, invalid(/name or generateName is required/, 'metadata.name')),
  post(
    'a generated name that cannot be',
    configMaps,
    { metadata: { generateName: 'A_' } },
    invalid(/./, 'metadata.generateName'),
  ),
  post(
    'labels that are none',
    configMaps,
    named('bad', { labels: { '-x': 'y', a: '-', ok: 'v'.repeat(64) } }),
    invalid(/Invalid value: "-x"/, 'metadata.labels'),
  ),
  post(
    'an annotation that is none',
    configMaps,
    named('bad', { annotations: { 'a b': '' } }),
    invalid(/"a b"/, 'metadata.annotations'),
  ),
  post(
    'annotations of 300 KB',
    configMaps,
    named('bad', { annotations: { a: 'y'.repeat(300_000) } }),
    invalid(/Too long: may not be more than 262144 bytes/, 'metadata.annotations'),
  ),
  post(
    'a finalizer that is none',
    configMaps,
    named('bad', { finalizers: ['x y'] }),
    invalid(/"x y"/, 'metadata.finalizers[0]'),
  ),
  post(
    'two controlling owners',
    configMaps,
    named('bad', {
      ownerReferences: ['a', 'b'].map(uid => ({ apiVersion: 'v1', kind: 'Pod', name: uid, uid, controller: true })),
    }),
    invalid(/Only one reference can have Controller set to true/, 'metadata.ownerReferences'),
  ),
  post(
    'another namespace than the path’s',
    configMaps,
    named('bad', { namespace: 'other' }),
    badRequest(/^the namespace of the provided object does not match/),
  ),
  post('a pod without a spec', pods, named('bad'), invalid(/spec\.containers: Required value$/, 'spec.containers')),
  post(
    'ports that are none',
    pods,
    podWith({ ports: [{ containerPort: 0 }, { containerPort: 70_000, protocol: 'x' }] }),
    invalid(
      /./,
      'spec.containers[0].ports[0].containerPort',
      'spec.containers[0].ports[1].containerPort',
      'spec.containers[0].ports[1].protocol',
    ),
  ),
  post(
    'a negative quantity',
    pods,
    podWith({ resources: { limits: { cpu: '-1' } } }),
    invalid(/must be greater than or equal to 0/, 'spec.containers[0].resources.limits[cpu]'),
  ),
  post(
    'a probe of nothing, a mount of nothing',
    pods,
    podWith({ livenessProbe: {}, volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
    invalid(/./, 'spec.containers[0].livenessProbe', 'spec.containers[0].volumeMounts[0].name'),
  ),
  post(
    'fewer than no replicas',
    controllers,
    {
      ...named('bad'),
      spec: {
        replicas: -1,
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
    invalid(/./, 'spec.replicas'),
  ),
  post(
    'a selector that its template does not match',
    controllers,
    {
      ...named('bad'),
      spec: {
        selector: { x: 'y' },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    },
    invalid(/`selector` does not match template `labels`/, 'spec.template.metadata.labels'),
  ),
  post(
    'a service of bad ports',
    services,
    { ...named('bad'), spec: { type: 'Foo', ports: [{ port: 0 }, { port: 80, nodePort: 5, protocol: 'ICMP' }] } },
    invalid(/./, 'spec.type', 'spec.ports[0].port', 'spec.ports[1].protocol'),
  ),
  post(
    'ten thousand mistakes',
    configMaps,
    named('bad', { finalizers: Array(10_000).fill('x y') }),
    invalid(/, and 9900 more\]$/, 'metadata.finalizers[99]'),
  ),
  post(
    'an unknown fieldValidation',
    `${configMaps}?fieldValidation=Hard`,
    named('bad'),
    invalid(/supported values: "Ignore", "Strict", "Warn"$/, 'fieldValidation'),
  ),
  post('an unknown dryRun', `${configMaps}?dryRun=Some`, named('bad'), invalid(/supported values: "All"$/, 'dryRun')),
];
