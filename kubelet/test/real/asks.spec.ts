/** What else a pod may ask of its node: a sentence each. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { pods, services } from '../../../client/resources.js';
import { mount, unmountBelow } from '../../volumes/mounts.js';
import { busybox, containerId, eventually, idle, TestNode } from '../node.js';

describe('what a pod may ask for', function () {
  this.timeout(120_000);
  let node: TestNode;
  let dir: string;
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'okubelet-asks-'));
    node = await TestNode.start({ podPidsLimit: 40, clusterDns: '10.96.0.10' });
  });
  after(async () => {
    await node.remove();
    await unmountBelow(dir);
    rmSync(dir, { recursive: true });
  });

  const endOf = (pod: Pod, index = 0) => pod.status?.containerStatuses?.[index]?.state?.terminated;
  const lastEndOf = (pod: Pod) => pod.status?.containerStatuses?.[0]?.lastState?.terminated;
  const host = (name: string) => ({ name, hostPath: { path: dir } });

  it('its last words: from its file, and from its log where it left none', async () => {
    const failing = (command: string, terminationMessagePolicy: 'File' | 'FallbackToLogsOnError') =>
      busybox('c', command, { terminationMessagePolicy });
    await node.create('file', {
      restartPolicy: 'Never',
      containers: [failing('echo written > /dev/termination-log; exit 3', 'File')],
    });
    await node.create('log', {
      restartPolicy: 'Never',
      containers: [failing('echo said; exit 4', 'FallbackToLogsOnError')],
    });
    const file = await node.until('file', 'ended', pod => pod.status?.phase === 'Failed');
    assert.deepEqual([endOf(file)?.exitCode, endOf(file)?.reason, endOf(file)?.message], [3, 'Error', 'written\n']);
    const log = await node.until('log', 'ended', pod => pod.status?.phase === 'Failed');
    assert.deepEqual([endOf(log)?.exitCode, endOf(log)?.message], [4, 'said']);
  });

  it('its last words: at a place of its own, and no more of them than fit', async () => {
    const command = 'head -c 5000 /dev/zero | tr "\\0" x > /tmp/words; echo end >> /tmp/words';
    await node.create('talks', {
      restartPolicy: 'Never',
      containers: [busybox('c', command, { terminationMessagePath: '/tmp/words' })],
    });
    const talks = await node.until('talks', 'ended', pod => pod.status?.phase === 'Succeeded');
    assert.match(endOf(talks)?.message ?? '', /^x{4092}end\n$/);
  });

  it('a time after which it has failed', async () => {
    await node.create('hurried', { activeDeadlineSeconds: 2, containers: [busybox('c', idle)] });
    const over = await node.until('hurried', 'over', pod => pod.status?.phase === 'Failed');
    assert.equal(over.status?.reason, 'DeadlineExceeded');
    assert.equal(over.status?.message, 'Pod was active on the node longer than the specified deadline');
  });

  it('a gate of its readiness', async () => {
    await node.create('gated', {
      readinessGates: [{ conditionType: 'example.org/open' }],
      containers: [busybox('c', idle)],
    });
    const closed = await node.until('gated', 'running', pod => pod.status?.phase === 'Running');
    const ready = (pod: Pod) => pod.status?.conditions?.find(c => c.type === 'Ready');
    assert.deepEqual([ready(closed)?.status, ready(closed)?.reason], ['False', 'ReadinessGatesNotReady']);
    const open = { type: 'example.org/open', status: 'True' };
    const patch = { status: { conditions: [open] } };
    await node.api.patch(pods, { namespace: 'default', name: 'gated' }, 'strategic', patch, { subresource: 'status' });
    await node.ready('gated');
  });

  it('a pause before its end, a hook after its start, and a probe with headers', async () => {
    const httpd = 'mkdir -p /www; echo up > /www/hook; httpd -f -p 8080 -h /www & ';
    await node.create('hooked', {
      terminationGracePeriodSeconds: 30,
      volumes: [host('h')],
      containers: [
        busybox(
          'c',
          `trap 'cut -d. -f1 /proc/uptime > /h/ended; exit 0' TERM; ${httpd}while :; do sleep 1 & wait $!; done`,
          {
            volumeMounts: [{ name: 'h', mountPath: '/h' }],
            lifecycle: {
              postStart: {
                exec: { command: ['sh', '-c', 'until wget -q -O - http://127.0.0.1:8080/hook; do sleep 0.1; done'] },
              },
              preStop: { sleep: { seconds: 3 } },
            },
            readinessProbe: {
              httpGet: { port: 8080, path: '/hook', httpHeaders: [{ name: 'Host', value: 'x' }] },
              periodSeconds: 1,
            },
          },
        ),
      ],
    });
    await node.ready('hooked');
    const uptime = (): number => Number(readFileSync('/proc/uptime', 'utf8').split('.')[0]);
    const asked = uptime();
    await node.delete('hooked');
    await node.gone('hooked');
    const ended = Number(readFileSync(join(dir, 'ended'), 'utf8'));
    assert.ok(ended - asked >= 2, `SIGTERM came ${ended - asked} s after the deletion`);
  });

  it("a probe's own grace", async () => {
    await node.create('sick', {
      terminationGracePeriodSeconds: 600,
      containers: [
        // It hears no signal: only the probe's grace ends it in time.
        busybox('c', "trap '' TERM; while :; do sleep 1; done", {
          livenessProbe: {
            exec: { command: ['false'] },
            periodSeconds: 1,
            failureThreshold: 1,
            terminationGracePeriodSeconds: 1,
          },
        }),
      ],
    });
    const again = await node.until(
      'sick',
      'started again',
      pod => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0,
    );
    assert.equal(lastEndOf(again)?.exitCode, 137);
    await node.delete('sick', 0);
  });

  it('its own resolvers, names and groups', async () => {
    await node.create('named', {
      hostname: 'first',
      subdomain: 'family',
      setHostnameAsFQDN: true,
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.9.8.7'], searches: ['example.org'], options: [{ name: 'ndots', value: '2' }] },
      securityContext: { supplementalGroups: [4000], fsGroup: 5000 },
      volumes: [{ name: 'v', emptyDir: {} }],
      containers: [busybox('c', idle, { volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
    });
    const named = await node.ready('named');
    const resolv = (await node.exec(named, ['cat', '/etc/resolv.conf'])).trim().split('\n');
    assert.deepEqual(resolv, ['search example.org', 'nameserver 10.9.8.7', 'options ndots:2']);
    assert.equal(await node.exec(named, ['hostname']), 'first.family.default.svc.cluster.local\n');
    assert.match(
      await node.exec(named, ['cat', '/etc/hosts']),
      /\tfirst\.family\.default\.svc\.cluster\.local\tfirst$/m,
    );
    assert.match(await node.exec(named, ['id', '-G']), /\b4000\b.*\b5000\b/);
    assert.equal((await node.exec(named, ['stat', '-c', '%g %a', '/v'])).trim(), '5000 2777');
  });

  it("the cluster's resolver, with words of its own beside it; and no variables of services", async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } };
    await node.api.create(services, { ...service, spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }] } });
    const options = [{ name: 'ndots', value: '2' }, { name: 'edns0' }];
    await node.create('resolves', {
      dnsConfig: { nameservers: ['10.9.8.7'], searches: ['example.org'], options },
      enableServiceLinks: false,
      containers: [busybox('c', idle)],
    });
    await node.create('linked', { containers: [busybox('c', idle)] });
    const [resolves, linked] = await Promise.all([node.ready('resolves'), node.ready('linked')]);
    const resolv = (await node.exec(resolves, ['cat', '/etc/resolv.conf'])).trim().split('\n');
    assert.match(
      resolv[0] ?? '',
      /^search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local .*example\.org$/,
    );
    assert.deepEqual(resolv.slice(1), ['nameserver 10.96.0.10', 'nameserver 10.9.8.7', 'options ndots:2 edns0']);
    const hears = async (pod: Pod) => /^WEB_SERVICE_HOST=10\.96\.0\.7$/m.test(await node.exec(pod, ['env']));
    assert.deepEqual([await hears(linked), await hears(resolves)], [true, false]);
  });

  it('the processes of its other containers', async () => {
    await node.create('shared', {
      shareProcessNamespace: true,
      containers: [busybox('a', "trap 'exit 0' TERM; while :; do sleep 4321 & wait $!; done"), busybox('b', idle)],
    });
    const shared = await node.ready('shared');
    assert.match(await node.exec(shared, ['ps'], 'b'), /sleep 4321/);
  });

  it('mounts that are made later: from the host, and to the host', async () => {
    const shared = join(dir, 'shared');
    mkdirSync(shared);
    await mount(['--bind', shared, shared]);
    await mount(['--make-shared', shared]);
    const volumes = [{ name: 'h', hostPath: { path: shared } }];
    const mounted = (mountPropagation: string) => ({
      volumeMounts: [{ name: 'h', mountPath: '/h', mountPropagation }],
    });
    await node.create('hears', { volumes, containers: [busybox('c', idle, mounted('HostToContainer'))] });
    await node.create('alone', { volumes, containers: [busybox('c', idle, mounted('None'))] });
    await node.create('tells', {
      volumes,
      containers: [busybox('c', idle, { ...mounted('Bidirectional'), securityContext: { privileged: true } })],
    });
    const [hears, alone, tells] = await Promise.all(['hears', 'alone', 'tells'].map(name => node.ready(name)));
    assert.ok(hears && alone && tells);
    for (const name of ['later', 'inside']) mkdirSync(join(shared, name));
    await mount(['-t', 'tmpfs', 'tmpfs', join(shared, 'later')]);
    writeFileSync(join(shared, 'later/file'), 'from the host');
    assert.equal(await node.exec(hears, ['cat', '/h/later/file']), 'from the host');
    assert.equal(await node.exec(alone, ['ls', '/h/later']), '');
    await node.exec(tells, ['mount', '-t', 'tmpfs', 'tmpfs', '/h/inside']);
    await node.exec(tells, ['touch', '/h/inside/from-the-pod']);
    assert.equal(await node.exec(hears, ['ls', '/h/inside']), 'from-the-pod\n');
    await Promise.all(['hears', 'alone', 'tells'].map(name => node.delete(name, 0)));
    await Promise.all(['hears', 'alone', 'tells'].map(name => node.gone(name)));
  });

  it('a mount that is read-only all the way down, and one that is so at its top alone', async () => {
    const outer = join(dir, 'outer');
    mkdirSync(join(outer, 'folder/inner'), { recursive: true });
    await mount(['-t', 'tmpfs', '-o', 'nosuid', 'tmpfs', join(outer, 'folder/inner')]);
    const mounted = (mountPath: string, recursiveReadOnly: string, more = {}) => ({
      ...{ name: 'h', mountPath, readOnly: true, recursiveReadOnly },
      ...more,
    });
    await node.create('reads', {
      volumes: [{ name: 'h', hostPath: { path: outer } }],
      containers: [
        busybox('c', idle, {
          volumeMounts: [
            mounted('/all', 'Enabled'),
            mounted('/part', 'IfPossible', { subPath: 'folder' }),
            mounted('/top', 'Disabled'),
          ],
        }),
      ],
    });
    const reads = await node.ready('reads');
    for (const path of ['/all/x', '/all/folder/inner/x', '/part/x', '/part/inner/x', '/top/x'])
      await assert.rejects(node.exec(reads, ['touch', path]), /Read-only file system/, path);
    await node.exec(reads, ['touch', '/top/folder/inner/x']);
    assert.match(await node.exec(reads, ['cat', '/proc/mounts']), / \/all\/folder\/inner tmpfs ro,nosuid/);
    const modes = reads.status?.containerStatuses?.[0]?.volumeMounts?.map(m => m.recursiveReadOnly);
    assert.deepEqual(modes, ['Enabled', 'Enabled', 'Disabled']);
    await node.delete('reads');
    await node.gone('reads');
    assert.deepEqual(readdirSync(join(outer, 'folder/inner')), ['x'], 'what is mounted on the host stays mounted');
  });

  it('who goes first when memory runs out', async () => {
    const resources = { limits: { cpu: '100m', memory: '32Mi' }, requests: { cpu: '100m', memory: '32Mi' } };
    await node.create('kept', { containers: [busybox('c', idle, { resources })] });
    await node.create('spare', { containers: [busybox('c', idle)] });
    const scores = await Promise.all(
      ['kept', 'spare'].map(async name => {
        const pod = await node.ready(name);
        const pid = node.pidOfTask(containerId(pod).replace('containerd://', ''));
        return Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
      }),
    );
    assert.equal(scores[1], 1000);
    // Where lowering the score is denied, it is left as it is.
    assert.ok((scores[0] ?? 1000) <= 0, String(scores[0]));
  });

  it('no more processes than the node allows a pod', async () => {
    await node.create('bomb', {
      containers: [busybox('c', `i=0; while [ $i -lt 60 ]; do sleep 1000 & i=$((i+1)); done; ${idle}`)],
    });
    await node.create('beside', { containers: [busybox('c', idle)] });
    await node.ready('beside');
    const bomb = () => node.get('bomb');
    const ended = (pod: Pod) => endOf(pod) ?? lastEndOf(pod);
    const failed = await eventually('the shell has found no more processes', bomb, pod => ended(pod) !== undefined);
    assert.notEqual(ended(failed)?.exitCode, 0);
    const beside = await node.get('beside');
    assert.equal(await node.exec(beside, ['echo', 'well']), 'well\n');
    await node.delete('bomb', 0);
    await node.gone('bomb');
  });

  it('nothing of one that was rejected is told but why', async () => {
    await node.create('rejected', { nodeSelector: { planet: 'mars' }, containers: [busybox('c', idle)] });
    const rejected = await node.until('rejected', 'rejected', pod => pod.status?.phase === 'Failed');
    assert.equal(rejected.status?.containerStatuses, undefined);
  });
});
