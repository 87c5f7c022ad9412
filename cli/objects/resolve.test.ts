import assert from 'node:assert/strict';
import type { ServerResource } from './discovery.js';
import { parseTargets, resourceFor, typedName } from './resolve.js';

const make = (kind: string, plural: string, more: Partial<ServerResource> = {}): ServerResource => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced: true,
  singular: kind.toLowerCase(),
  shortNames: [],
  categories: [],
  verbs: ['get', 'list'],
  subresources: [],
  ...more,
});

const known = [
  make('Pod', 'pods', { shortNames: ['po'], categories: ['all'] }),
  make('Service', 'services', { shortNames: ['svc'], categories: ['all'] }),
  make('Event', 'events', { shortNames: ['ev'] }),
  make('Event', 'events', { group: 'events.k8s.io', shortNames: ['ev'] }),
  make('Role', 'roles', { group: 'rbac.authorization.k8s.io' }),
];

const said = (...args: string[]): string[] =>
  parseTargets(args, known).map(
    ({ resource, name }) => `${resource.plural}${resource.group && `.${resource.group}`}${name ? ` ${name}` : ''}`,
  );

describe('what a person types', () => {
  const table: [string[], string[]][] = [
    [['pods'], ['pods']],
    [
      ['po', 'a', 'b'],
      ['pods a', 'pods b'],
    ],
    [['Pod'], ['pods']],
    [['po,svc'], ['pods', 'services']],
    [
      ['po,svc', 'web'],
      ['pods web', 'services web'],
    ],
    [
      ['pod/a', 'svc/b'],
      ['pods a', 'services b'],
    ],
    [['all'], ['pods', 'services']],
    [['events.events.k8s.io'], ['events.events.k8s.io']],
    [['events.v1.events.k8s.io'], ['events.events.k8s.io']],
    [['ev'], ['events']],
  ];
  for (const [args, targets] of table) {
    it(`"${args.join(' ')}" is ${targets.join(', ')}`, () => assert.deepEqual(said(...args), targets));
  }

  it("is refused in kubectl's words when no kind is called so", () => {
    assert.throws(() => said('widgets'), { message: 'the server doesn\'t have a resource type "widgets"' });
    assert.throws(() => said('pod/a/b'), /more than one slash/);
  });

  it('finds the kind of an object by its apiVersion', () => {
    assert.equal(
      resourceFor({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' }, known, 'a.yaml').plural,
      'roles',
    );
    assert.throws(
      () => resourceFor({ apiVersion: 'apps/v1', kind: 'Deployment' }, known, 'a.yaml'),
      /^Failure: a.yaml: no matches for kind "Deployment"/,
    );
  });

  it('is called by type and name in messages', () => {
    assert.equal(typedName(known[0] as ServerResource, 'web'), 'pod/web');
    assert.equal(typedName(known[4] as ServerResource, 'x'), 'role.rbac.authorization.k8s.io/x');
  });
});
