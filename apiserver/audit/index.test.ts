import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ask, kubelet, serviceAccount, someone } from '../auth/testing/requests.js';
import type { AuditRecord, User } from '../contracts.js';
import { auditLine } from './event.js';
import { openAudit } from './index.js';
import { isAudited } from './policy.js';

const record = (changes: Partial<AuditRecord> = {}): AuditRecord => ({
  auditID: 'id-1',
  stage: 'ResponseComplete',
  requestReceivedTimestamp: Date.parse('2026-03-01T12:00:00.123Z'),
  stageTimestamp: Date.parse('2026-03-01T12:00:00.130Z'),
  user: someone('alice'),
  info: ask('create pods', 'shop'),
  requestURI: '/api/v1/namespaces/shop/pods',
  sourceIP: '192.0.2.1',
  userAgent: 'kubectl',
  code: 201,
  decision: 'allow',
  ...changes,
});

const parsedLine = (told: AuditRecord): object => JSON.parse(auditLine(told)) as object;

describe('a line of the audit log', () => {
  it('is an Event of audit.k8s.io/v1, with the cause', () => {
    const event = parsedLine(
      record({
        info: ask('update replicationcontrollers/status', 'shop', 'web'),
        revision: 42,
        cause: 'replication-controller shop/web',
        decision: 'allow RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to Group "z"',
        impersonatedUser: { name: 'jane', uid: '7', groups: [] },
      }),
    );
    assert.deepEqual(event, {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: 'id-1',
      stage: 'ResponseComplete',
      requestURI: '/api/v1/namespaces/shop/pods',
      verb: 'update',
      user: { username: 'alice', groups: ['system:authenticated'] },
      impersonatedUser: { username: 'jane', uid: '7', groups: [] },
      sourceIPs: ['192.0.2.1'],
      userAgent: 'kubectl',
      objectRef: {
        resource: 'replicationcontrollers',
        namespace: 'shop',
        name: 'web',
        apiVersion: 'v1',
        subresource: 'status',
      },
      responseStatus: { metadata: {}, code: 201 },
      requestReceivedTimestamp: '2026-03-01T12:00:00.123000Z',
      stageTimestamp: '2026-03-01T12:00:00.130000Z',
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason': 'RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to Group "z"',
        'orrery.dev/cause': 'replication-controller shop/web',
        'orrery.dev/revision': '42',
      },
    });
  });

  const decisions: [string, string, string][] = [
    ['allow', 'allow', ''],
    ['allow: by masters', 'allow', 'by masters'],
    ['forbid', 'forbid', ''],
    ['no relationship found', 'forbid', 'no relationship found'],
    ['allowed? no', 'forbid', 'allowed? no'],
    ['', 'forbid', ''],
  ];
  for (const [said, decision, reason] of decisions) {
    it(`reads the decision ${JSON.stringify(said)}`, () => {
      const { annotations } = parsedLine(record({ decision: said })) as { annotations: object };
      assert.deepEqual(annotations, {
        'authorization.k8s.io/decision': decision,
        'authorization.k8s.io/reason': reason,
      });
    });
  }
});

describe('isAudited', () => {
  const anonymous: User = { name: 'system:anonymous', groups: [] };
  const table: [string, User, ReturnType<typeof ask>, number, boolean][] = [
    ['a write', someone('alice'), ask('create pods', 'shop'), 201, true],
    ['a component’s write', kubelet('n1'), ask('patch pods/status', 'shop', 'web'), 200, true],
    ['a write that failed', someone('alice'), ask('delete pods', 'shop', 'web'), 404, true],
    ['a person’s read', someone('alice'), ask('get secrets', 'shop', 's'), 200, true],
    ['a workload’s read', serviceAccount('shop', 'robot'), ask('list pods', 'shop'), 200, true],
    ['the scheduler’s watch', someone('system:kube-scheduler'), ask('watch pods'), 200, false],
    ['a kubelet’s read', kubelet('n1'), ask('get secrets', 'shop', 's'), 200, false],
    ['a controller’s list', serviceAccount('kube-system', 'node-controller'), ask('list nodes'), 200, false],
    ['a component’s refused read', kubelet('n1'), ask('get secrets', 'shop', 's'), 403, true],
    ['an anonymous read', anonymous, ask('list pods'), 403, true],
    ['an anonymous read that was allowed', anonymous, ask('list pods'), 200, true],
    ['health', anonymous, ask('get /healthz'), 200, false],
    ['discovery', someone('alice'), ask('get /apis'), 200, false],
    ['a refused path', anonymous, ask('get /metrics'), 403, true],
    ['a false token', anonymous, ask('get /healthz'), 401, true],
  ];
  for (const [what, user, info, code, expected] of table) {
    it(`${expected ? 'keeps' : 'leaves out'} ${what}`, () => {
      assert.equal(isAudited(record({ user, info, code })), expected);
    });
  }
});

describe('openAudit', () => {
  let dir: string;
  let path: string;
  const warnings: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: line => void warnings.push(JSON.parse(line)) });
  const ids = async (file = path): Promise<string[]> =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => (JSON.parse(line) as AuditRecord).auditID);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'orrery-audit-'));
    path = join(dir, 'audit.log');
    warnings.length = 0;
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('writes every record by its close, in order, for its owner only, and appends to what is there', async () => {
    const wanted = Array.from({ length: 500 }, (_, index) => `id-${index}`);
    for (const half of [wanted.slice(0, 200), wanted.slice(200)]) {
      const sink = openAudit({ path, log });
      for (const auditID of half) {
        sink.record(record({ auditID }));
        if (auditID.endsWith('50')) await new Promise(resolve => setImmediate(resolve));
      }
      sink.record(record({ auditID: 'read', info: ask('get /healthz') }));
      await sink.close();
    }
    assert.deepEqual(await ids(), wanted);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(warnings, []);
  });

  it('keeps so many files of such a size', async () => {
    const lineBytes = auditLine(record({ auditID: 'id-00' })).length + 1;
    for (let index = 10; index < 20; index++) {
      const sink = openAudit({ path, log, maxBytes: 2 * lineBytes, files: 3 });
      sink.record(record({ auditID: `id-${index}` }));
      await sink.close();
    }
    assert.deepEqual((await readdir(dir)).sort(), ['audit.log', 'audit.log.1', 'audit.log.2']);
    assert.deepEqual(await ids(), ['id-18', 'id-19']);
    assert.deepEqual(await ids(`${path}.1`), ['id-16', 'id-17']);
    assert.deepEqual(await ids(`${path}.2`), ['id-14', 'id-15']);
  });

  it('keeps one file when told so', async () => {
    for (const auditID of ['a', 'b']) {
      const sink = openAudit({ path, log, maxBytes: 10, files: 1 });
      sink.record(record({ auditID }));
      await sink.close();
    }
    assert.deepEqual(await readdir(dir), ['audit.log']);
    assert.deepEqual(await ids(), ['b']);
  });

  it('drops what the disk cannot take, says how much, and never waits', async () => {
    const lineBytes = auditLine(record()).length + 1;
    const sink = openAudit({ path, log, maxPendingBytes: 3 * lineBytes });
    for (let index = 0; index < 10; index++) sink.record(record());
    await sink.close();
    assert.equal((await ids()).length, 3);
    assert.deepEqual(
      warnings.map(({ dropped }) => dropped),
      [7],
    );
  });

  it('goes on when the file cannot be written', async () => {
    await mkdir(path);
    const sink = openAudit({ path, log });
    sink.record(record());
    await sink.close();
    assert.deepEqual(
      warnings.map(({ msg }) => msg),
      ['the audit log cannot be written', 'lines of the audit log were dropped: the disk did not keep up'],
    );
  });
});
