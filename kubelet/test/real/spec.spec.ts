/** What a pod's spec asks for is what its containers find. Run by real.test.ts. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../../api/types.js';
import { configMaps, events, pods, runtimeClasses, secrets, services } from '../../../client/resources.js';
import { busybox, containerId, eventually, idle, isReady, TestNode } from '../node.js';

describe("a pod's spec", function () {
  this.timeout(120_000);
  let node: TestNode;
  before(async () => {
    node = await TestNode.start();
    const metadata = { namespace: 'default' };
    await node.createConfigMap('settings', { colour: 'red', size: 'big' });
    await node.createConfigMap('kube-root-ca.crt', { 'ca.crt': 'the CA' });
    await node.api.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { ...metadata, name: 'keys' },
      data: { password: Buffer.from('open sesame').toString('base64') },
    });
    await node.api.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, name: 'web-site' },
      spec: { clusterIP: '10.96.0.7', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    });
  });
  after(() => node.remove());

  const eventsOf = async (pod: string): Promise<string[]> => {
    const { items } = await node.api.list(events, { namespace: 'default' });
    return items.filter(e => e.involvedObject.name === pod).map(e => `${e.reason}: ${e.message}`);
  };
  /** Of a server that may still be starting. */
  const answerAt = (url: string): Promise<string> => {
    const ask = async (): Promise<string> => {
      const answer = await fetch(url);
      return answer.ok ? await answer.text() : '';
    };
    return eventually(
      `${url} answers`,
      () => ask().catch(() => ''),
      text => text !== '',
    );
  };
  const eventOf = async (pod: string, pattern: RegExp): Promise<void> => {
    await eventually(
      `there is an event like ${pattern}`,
      () => eventsOf(pod),
      all => all.some(text => pattern.test(text)),
    );
  };

  it('containers share volumes and the network', async () => {
    await node.create('shared', {
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: [
        busybox('web', 'exec httpd -f -p 8080 -h /www', {
          volumeMounts: [{ name: 'data', mountPath: '/www', readOnly: true }],
        }),
        busybox('writer', `echo hello > /data/index.html; ${idle}`, {
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
      ],
    });
    const pod = await node.ready('shared');
    assert.equal(await answerAt(`http://${pod.status?.podIP}:8080/`), 'hello\n');
    assert.equal(await node.exec(pod, ['wget', '-q', '-O-', 'http://127.0.0.1:8080/'], 'writer'), 'hello\n');
    await assert.rejects(node.exec(pod, ['touch', '/www/x'], 'web'), /Read-only/);
  });

  it('a host port leads to its pod', async () => {
    const ports = [{ containerPort: 80, hostPort: 18080 }];
    await node.create('hosted', {
      containers: [busybox('c', 'mkdir /www; echo hosted > /www/x; exec httpd -f -p 80 -h /www', { ports })],
    });
    await node.ready('hosted');
    assert.equal(await answerAt('http://10.251.0.1:18080/x'), 'hosted\n');
    await node.delete('hosted');
    await node.gone('hosted');
    await assert.rejects(fetch('http://10.251.0.1:18080/x'));
  });

  it("pods can share the host's network, and its processes", async () => {
    await node.create('hostly', { hostNetwork: true, hostPID: true, containers: [busybox('c', idle)] });
    const pod = await node.ready('hostly');
    assert.equal(pod.status?.podIP, '127.0.0.1');
    assert.match(await node.exec(pod, ['ip', 'addr']), /okubelet0/);
    assert.match(await node.exec(pod, ['ps']), new RegExp(`^ *${process.pid} `, 'm'));
    await node.delete('hostly');
    await node.gone('hostly');
  });

  it('the environment, the command and the service account', async () => {
    await node.create(
      'env',
      {
        serviceAccountName: 'robot',
        hostAliases: [{ ip: '10.9.9.9', hostnames: ['alias'] }],
        volumes: [
          {
            name: 'kube-api-access',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token', expirationSeconds: 3607 } },
                { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
                { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
              ],
            },
          },
        ],
        containers: [
          busybox('c', idle, {
            workingDir: '/tmp',
            envFrom: [{ prefix: 'CFG_', configMapRef: { name: 'settings' } }],
            env: [
              { name: 'GREETING', value: 'hello $(CFG_colour) $(NOBODY) $$(CFG_size)' },
              { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } },
              { name: 'MILLI', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1m' } } },
            ],
            resources: { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '100m' } },
            volumeMounts: [
              { name: 'kube-api-access', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
            ],
          }),
        ],
      },
      { labels: { app: 'x' } },
    );
    const pod = await node.ready('env');
    const env = (await node.exec(pod, ['env'])).split('\n');
    for (const line of [
      'GREETING=hello red $(NOBODY) $(CFG_size)',
      'POD=env',
      `IP=${pod.status?.podIP}`,
      'PASSWORD=open sesame',
      'MILLI=500',
      'WEB_SITE_SERVICE_HOST=10.96.0.7',
      'WEB_SITE_PORT_80_TCP_ADDR=10.96.0.7',
    ])
      assert.ok(env.includes(line), `${line} is missing in ${env.join(' | ')}`);
    assert.equal(await node.exec(pod, ['pwd']), '/tmp\n');
    const account = '/var/run/secrets/kubernetes.io/serviceaccount';
    assert.equal(await node.exec(pod, ['cat', `${account}/token`]), 'token-of-robot');
    assert.equal(await node.exec(pod, ['cat', `${account}/ca.crt`]), 'the CA');
    assert.equal(await node.exec(pod, ['cat', `${account}/namespace`]), 'default');
    const hosts = await node.exec(pod, ['cat', '/etc/hosts']);
    assert.match(hosts, new RegExp(`^${pod.status?.podIP}\tenv$`, 'm'));
    assert.match(hosts, /^10\.9\.9\.9\talias$/m);
    assert.equal(await node.exec(pod, ['hostname']), 'env\n');
    assert.equal(pod.status?.qosClass, 'Burstable');
    assert.equal(await memoryLimit(pod), 64 * 1024 * 1024);
  });

  /** Of the container's own cgroup, seen from the host. */
  const memoryLimit = async (pod: Pod): Promise<number> => {
    const id = containerId(pod).replace('containerd://', '');
    const { pid } = JSON.parse((await node.cri.containerInfo(id)).info ?? '{}');
    const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
    const v1 = groups.find(line => line.split(':')[1] === 'memory')?.split(':')[2];
    const v2 = groups.find(line => line.startsWith('0::'))?.slice(3);
    const file = v1 ? `/sys/fs/cgroup/memory${v1}/memory.limit_in_bytes` : `/sys/fs/cgroup${v2}/memory.max`;
    return Number(readFileSync(file, 'utf8'));
  };

  it('a ConfigMap changes in the pod that has it mounted', async () => {
    await node.create('live', {
      volumes: [{ name: 'cfg', configMap: { name: 'settings' } }],
      containers: [
        busybox('c', idle, {
          volumeMounts: [
            { name: 'cfg', mountPath: '/cfg' },
            { name: 'cfg', mountPath: '/one', subPath: 'size' },
          ],
        }),
      ],
    });
    const pod = await node.ready('live');
    assert.equal(await node.exec(pod, ['cat', '/cfg/colour']), 'red');
    assert.equal(await node.exec(pod, ['cat', '/one']), 'big');
    await node.api.patch(configMaps, { namespace: 'default', name: 'settings' }, 'merge', { data: { colour: 'blue' } });
    // A change of the pod's labels makes the kubelet look at its volumes at once.
    await node.api.patch(pods, { namespace: 'default', name: 'live' }, 'merge', {
      metadata: { labels: { again: 'yes' } },
    });
    await eventually(
      'the file changes',
      () => node.exec(pod, ['cat', '/cfg/colour']),
      text => text === 'blue',
    );
  });

  it('init containers run in order, and before the others', async () => {
    const mount = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
    await node.create('init', {
      volumes: [{ name: 'v', emptyDir: {} }],
      initContainers: [busybox('one', 'echo one >> /v/log', mount), busybox('two', 'echo two >> /v/log', mount)],
      containers: [busybox('c', `echo main >> /v/log; ${idle}`, mount)],
    });
    const pod = await node.ready('init');
    assert.equal(await node.exec(pod, ['cat', '/v/log']), 'one\ntwo\nmain\n');
    assert.deepEqual(
      pod.status?.initContainerStatuses?.map(s => s.state?.terminated?.reason),
      ['Completed', 'Completed'],
    );
  });

  it('containers are added to look into a pod, and see the processes of the one they are for', async () => {
    await node.create('looked-into', { containers: [busybox('c', 'exec sleep 1000'), busybox('d', idle)] });
    const before = await node.ready('looked-into');
    const add = (...containers: object[]) =>
      node.api.patch(pods, { namespace: 'default', name: 'looked-into' }, 'merge', {
        spec: { ephemeralContainers: containers },
      });
    const target = {
      ...busybox('looks', 'ps > /dev/termination-log; hostname >> /dev/termination-log'),
      targetContainerName: 'c',
    };
    const lost = { ...busybox('lost', 'true'), targetContainerName: 'nobody' };
    await add(target, lost);
    const ephemeral = (pod: Pod, name: string) => pod.status?.ephemeralContainerStatuses?.find(s => s.name === name);
    const after = await node.until(
      'looked-into',
      'looked into',
      p => ephemeral(p, 'looks')?.state?.terminated !== undefined,
    );
    const told = ephemeral(after, 'looks')?.state?.terminated;
    assert.deepEqual([told?.exitCode, told?.reason], [0, 'Completed']);
    assert.match(told?.message ?? '', /^ *1 .*sleep 1000$/m);
    assert.match(told?.message ?? '', /^looked-into$/m);
    const waiting = await node.until(
      'looked-into',
      'waiting',
      p => ephemeral(p, 'lost')?.state?.waiting?.message !== undefined,
    );
    assert.deepEqual(ephemeral(waiting, 'lost')?.state?.waiting, {
      reason: 'CreateContainerConfigError',
      message: 'unable to find target container nobody',
    });
    assert.deepEqual([isReady(waiting), containerId(waiting)], [true, containerId(before)]);
    assert.equal(node.view.find('default', 'looked-into')?.containers.at(-2)?.name, 'looks');
    await node.delete('looked-into');
    await node.gone('looked-into');
  });

  it('probes decide on readiness and restarts', async () => {
    await node.create('probed', {
      containers: [
        busybox('c', `touch /tmp/alive; ${idle}`, {
          readinessProbe: { exec: { command: ['cat', '/tmp/ready'] }, periodSeconds: 1, timeoutSeconds: 20 },
          livenessProbe: {
            exec: { command: ['cat', '/tmp/alive'] },
            periodSeconds: 1,
            timeoutSeconds: 20,
            failureThreshold: 3,
          },
        }),
      ],
    });
    const running = await node.until(
      'probed',
      'running',
      p => p.status?.containerStatuses?.[0]?.state?.running !== undefined,
    );
    assert.equal(isReady(running), false);
    await eventOf('probed', /Unhealthy: Readiness probe failed: cat: can't open '\/tmp\/ready'/);
    await node.exec(running, ['touch', '/tmp/ready']);
    const ready = await node.ready('probed');
    await node.exec(ready, ['rm', '/tmp/alive']);
    const again = await node.until(
      'probed',
      'restarted',
      p => (p.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0,
    );
    assert.notEqual(containerId(again), containerId(ready));
    await eventOf('probed', /Killing: Container c failed liveness probe, will be restarted/);
  });

  it('hooks run after the start and before the end', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'okubelet-hook-'));
    await node.create('hooked', {
      volumes: [{ name: 'h', hostPath: { path: dir, type: 'Directory' } }],
      containers: [
        busybox('c', idle, {
          volumeMounts: [{ name: 'h', mountPath: '/h' }],
          lifecycle: {
            postStart: { exec: { command: ['sh', '-c', 'echo started > /h/log'] } },
            preStop: { exec: { command: ['sh', '-c', 'echo stopping >> /h/log'] } },
          },
        }),
      ],
    });
    await node.ready('hooked');
    assert.equal(readFileSync(join(dir, 'log'), 'utf8'), 'started\n');
    await node.delete('hooked');
    await node.gone('hooked');
    assert.equal(readFileSync(join(dir, 'log'), 'utf8'), 'started\nstopping\n');
    rmSync(dir, { recursive: true });
  });

  it('users, read-only roots and capabilities', async () => {
    await node.create('secured', {
      securityContext: { runAsUser: 1000, runAsGroup: 2000, fsGroup: 3000 },
      volumes: [{ name: 'v', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }],
      containers: [
        busybox('c', idle, {
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
        }),
      ],
    });
    const pod = await node.ready('secured');
    assert.equal((await node.exec(pod, ['id'])).trim(), 'uid=1000 gid=2000 groups=2000,3000');
    await assert.rejects(node.exec(pod, ['touch', '/x']), /Read-only/);
    await node.exec(pod, ['sh', '-c', 'echo x > /v/file']);
    const status = await node.exec(pod, ['cat', '/proc/self/status']);
    assert.match(status, /^CapBnd:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    assert.match(await node.exec(pod, ['df', '-k', '/v']), /tmpfs\s+1024 /);
  });

  it('what it does not do is refused', async () => {
    await node.create('refused', {
      securityContext: { sysctls: [{ name: 'kernel.panic', value: '1' }] },
      containers: [busybox('c', idle)],
    });
    const refused = await node.until('refused', 'Failed', p => p.status?.phase === 'Failed');
    assert.equal(refused.status?.reason, 'SysctlForbidden');
    await eventOf('refused', /^SysctlForbidden: .*forbidden sysctl: "kernel\.panic" not allowlisted/);
    await node.create('unmounted', {
      volumes: [{ name: 'n', csi: { driver: 'x' } }],
      containers: [busybox('c', idle)],
    });
    await eventOf(
      'unmounted',
      /FailedMount: MountVolume.SetUp failed for volume "n" : volumes of type csi are not supported/,
    );
    await node.create('unset', { containers: [busybox('c', idle, { envFrom: [{ configMapRef: { name: 'none' } }] })] });
    const unset = await node.until(
      'unset',
      'waiting',
      p => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    );
    assert.equal(unset.status?.containerStatuses?.[0]?.state?.waiting?.message, 'configmap "none" not found');
    await node.create('nonroot', { containers: [busybox('c', idle, { securityContext: { runAsNonRoot: true } })] });
    await eventOf('nonroot', /Failed: Error: container has runAsNonRoot and image will run as root/);
  });

  it('the runtime is the one that its class names', async () => {
    const handled = (name: string, handler: string) =>
      node.api.create(runtimeClasses, {
        apiVersion: 'node.k8s.io/v1',
        kind: 'RuntimeClass',
        metadata: { name },
        handler,
      });
    await Promise.all([handled('usual', 'runc'), handled('machines', 'vm')]);
    await node.create('classed', { runtimeClassName: 'usual', containers: [busybox('c', idle)] });
    await node.ready('classed');
    await node.create('unhandled', { runtimeClassName: 'machines', containers: [busybox('c', idle)] });
    await eventOf('unhandled', /^FailedCreatePodSandBox: .*no runtime for "vm" is configured/);
    await node.create('classless', { runtimeClassName: 'none', containers: [busybox('c', idle)] });
    await eventOf('classless', /^FailedCreatePodSandBox: .*RuntimeClass "none" not found/);
  });

  it('kernel settings, and a seccomp profile of the node', async () => {
    const folder = join(node.dataDir, 'seccomp');
    mkdirSync(folder);
    const rule = { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 };
    writeFileSync(join(folder, 'no-mkdir.json'), JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] }));
    await node.create('tuned', {
      securityContext: {
        sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '7' }],
        seccompProfile: { type: 'Localhost', localhostProfile: 'no-mkdir.json' },
      },
      containers: [busybox('c', idle)],
    });
    const pod = await node.ready('tuned');
    assert.equal(await node.exec(pod, ['cat', '/proc/sys/net/ipv4/ip_unprivileged_port_start']), '7\n');
    await assert.rejects(node.exec(pod, ['mkdir', '/x']), /Operation not permitted/);
    await node.exec(pod, ['touch', '/x']);
    await node.create('untuned', {
      securityContext: { seccompProfile: { type: 'Localhost', localhostProfile: 'none.json' } },
      containers: [busybox('c', idle)],
    });
    await eventOf('untuned', /^Failed: Error: .*none\.json/);
  });

  it('images that are not there wait for their time', async () => {
    await node.create('never', {
      containers: [busybox('c', idle, { image: 'orrery.local/none:1', imagePullPolicy: 'Never' })],
    });
    await node.until(
      'never',
      'ErrImageNeverPull',
      p => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ErrImageNeverPull',
    );
    // Nothing listens there: the pull fails at once.
    await node.create('pulls', { containers: [busybox('c', idle, { image: '127.0.0.1:1/none:1' })] });
    await node.until(
      'pulls',
      'ImagePullBackOff',
      p => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff',
    );
    await eventOf('pulls', /Pulling: Pulling image "127\.0\.0\.1:1\/none:1"/);
    await eventOf('pulls', /Failed: Failed to pull image/);
    await eventOf('pulls', /BackOff: Back-off pulling image/);
  });

  it('an emptyDir that outgrows its limit ends its pod', async () => {
    await node.create('fat', {
      volumes: [{ name: 'v', emptyDir: { sizeLimit: '64Ki' } }],
      containers: [
        busybox('c', `dd if=/dev/zero of=/v/big bs=1024 count=200; ${idle}`, {
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
        }),
      ],
    });
    const fat = await node.ready('fat');
    await eventually(
      'it is written',
      () => node.exec(fat, ['stat', '-c', '%s', '/v/big']).catch(String),
      size => size.trim() === '204800',
    );
    await node.api.patch(pods, { namespace: 'default', name: 'fat' }, 'merge', {
      metadata: { labels: { again: 'yes' } },
    });
    const pod = await node.until('fat', 'evicted', p => p.status?.phase === 'Failed');
    assert.equal(pod.status?.reason, 'Evicted');
  });

  it('a subPath cannot lead out of its volume', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'okubelet-sub-'));
    symlinkSync('/etc', join(dir, 'way-out'));
    await node.create('escapes', {
      volumes: [{ name: 'h', hostPath: { path: dir } }],
      containers: [busybox('c', idle, { volumeMounts: [{ name: 'h', mountPath: '/h', subPath: 'way-out' }] })],
    });
    await eventOf('escapes', /Failed: Error: failed to prepare subPath .* leads out of the volume/);
    rmSync(dir, { recursive: true });
  });
});
