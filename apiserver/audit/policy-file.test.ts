import assert from 'node:assert/strict';
import { ask, someone } from '../auth/testing/requests.js';
import type { AuditRecord } from '../contracts.js';
import { linesOf } from './lines.js';
import { AuditPolicyError, judge, parseAuditPolicy } from './policy-file.js';

const policy = (...rules: object[]) =>
  parseAuditPolicy(JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }), 'file');
const user = someone('jane', 'dev');

describe('an audit policy', () => {
  const table: [string, object, ReturnType<typeof ask>, boolean][] = [
    ['everything', {}, ask('get pods', 'shop', 'web'), true],
    ['paths too', {}, ask('get /healthz'), true],
    ['a user', { users: ['jane'] }, ask('get pods', 'shop'), true],
    ['another', { users: ['joe'] }, ask('get pods', 'shop'), false],
    ['a group', { userGroups: ['x', 'dev'] }, ask('get pods', 'shop'), true],
    ['another group', { userGroups: ['ops'] }, ask('get pods', 'shop'), false],
    ['a verb', { verbs: ['get'] }, ask('get pods', 'shop'), true],
    ['another verb', { verbs: ['create'] }, ask('get pods', 'shop'), false],
    ['a resource', { resources: [{ group: '', resources: ['pods'] }] }, ask('get pods', 'shop'), true],
    ['not its subresource', { resources: [{ group: '', resources: ['pods'] }] }, ask('get pods/log', 'shop'), false],
    ['a subresource', { resources: [{ group: '', resources: ['pods/log'] }] }, ask('get pods/log', 'shop'), true],
    ['all subresources', { resources: [{ group: '', resources: ['pods/*'] }] }, ask('get pods/log', 'shop'), true],
    [
      'of all',
      { resources: [{ group: 'apps', resources: ['*/scale'] }] },
      ask('get deployments.apps/scale', 'shop'),
      true,
    ],
    ['a whole group', { resources: [{ group: 'apps' }] }, ask('get deployments.apps', 'shop'), true],
    ['another group', { resources: [{ group: 'batch' }] }, ask('get deployments.apps', 'shop'), false],
    [
      'a name',
      { resources: [{ group: '', resources: ['pods'], resourceNames: ['web'] }] },
      ask('get pods', 'shop', 'web'),
      true,
    ],
    ['another name', { resources: [{ group: '', resourceNames: ['db'] }] }, ask('get pods', 'shop', 'web'), false],
    ['a namespace', { namespaces: ['shop'] }, ask('get pods', 'shop'), true],
    ['no namespace', { namespaces: [''] }, ask('get nodes'), true],
    ['another namespace', { namespaces: ['x'] }, ask('get pods', 'shop'), false],
    ['a path', { nonResourceURLs: ['/healthz*'] }, ask('get /healthz/etcd'), true],
    ['another path', { nonResourceURLs: ['/metrics'] }, ask('get /healthz'), false],
    ['no resource by a path', { nonResourceURLs: ['*'] }, ask('get pods'), false],
    ['no path by a resource', { resources: [{ group: '' }] }, ask('get /healthz'), false],
  ];
  for (const [what, rule, info, matched] of table) {
    it(`${matched ? 'chooses' : 'does not choose'} ${what}`, () =>
      assert.equal(judge(policy({ level: 'Request', ...rule }), { info, user }).level, matched ? 'Request' : 'None'));
  }

  it('goes by its first rule that matches, and by whom a request is made as', () => {
    const two = policy({ level: 'None', users: ['jane'] }, { level: 'Metadata' });
    const info = ask('get pods');
    assert.equal(judge(two, { info, user }).level, 'None');
    assert.equal(judge(two, { info, user, impersonatedUser: someone('joe') }).level, 'Metadata');
  });

  const refused: [string, RegExp][] = [
    ['{', /^file: yaml/],
    ['{"kind":"Pod"}', /must be a Policy of audit.k8s.io\/v1/],
    ['{"kind":"Policy","apiVersion":"audit.k8s.io/v1"}', /rules: Required value/],
    [
      '{"kind":"Policy","apiVersion":"audit.k8s.io/v1","rules":[{"level":"All"}]}',
      /rules\[0\]\.level: Unsupported value: "All"/,
    ],
    [
      '{"kind":"Policy","apiVersion":"audit.k8s.io/v1","omitStages":["Now"],"rules":[{"level":"None"}]}',
      /omitStages: Unsupported value: "Now"/,
    ],
    [
      '{"kind":"Policy","apiVersion":"audit.k8s.io/v1","rules":[{"level":"None","namespaces":["a"],"nonResourceURLs":["/x"]}]}',
      /cannot apply to both/,
    ],
  ];
  for (const [text, why] of refused) {
    it(`is refused: ${why.source}`, () =>
      assert.throws(
        () => parseAuditPolicy(text, 'file'),
        (error: unknown) => error instanceof AuditPolicyError && why.test(error.message),
      ));
  }
});

describe('the lines of a request', () => {
  const record: AuditRecord = {
    ...{ auditID: 'a', stage: 'ResponseComplete', requestReceivedTimestamp: 0, stageTimestamp: 1000, user },
    ...{
      info: ask('create pods', 'shop', 'web'),
      requestURI: '/x',
      sourceIP: '192.0.2.1',
      userAgent: 'test',
      code: 201,
    },
    ...{ decision: 'allow: because', cause: 'why' },
    bodies: () => ({
      request: { kind: 'Pod', metadata: { name: 'web' } },
      response: { kind: 'Pod', metadata: { name: 'web', managedFields: [{}] } },
    }),
  };
  const lines = (...rules: object[]) => linesOf(record, policy(...rules)).map(line => JSON.parse(line));

  it('are of the stages that a policy does not leave out', () => {
    const all = lines({ level: 'Metadata' });
    assert.deepEqual(
      all.map(line => line.stage),
      ['RequestReceived', 'ResponseComplete'],
    );
    assert.deepEqual([all[0].responseStatus, all[1].responseStatus.code], [undefined, 201]);
    assert.equal(all[0].stageTimestamp, all[0].requestReceivedTimestamp);
    assert.equal(all[1].annotations['orrery.dev/cause'], 'why');
    assert.equal(lines({ level: 'Metadata', omitStages: ['RequestReceived'] }).length, 1);
    assert.deepEqual(lines({ level: 'None' }), []);
  });

  it('hold as much as its level says', () => {
    const last = (level: string, more: object = {}) => lines({ level, ...more }).at(-1);
    assert.deepEqual([last('Metadata').requestObject, last('Metadata').responseObject], [undefined, undefined]);
    assert.deepEqual([last('Request').requestObject.kind, last('Request').responseObject], ['Pod', undefined]);
    const whole = last('RequestResponse');
    assert.deepEqual(
      [whole.level, whole.responseObject.metadata],
      ['RequestResponse', { name: 'web', managedFields: [{}] }],
    );
    assert.deepEqual(last('RequestResponse', { omitManagedFields: true }).responseObject.metadata, { name: 'web' });
  });
});
