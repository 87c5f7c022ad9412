import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import type { Container, Probe } from '../../api/types.js';
import { ManualClock } from '../../client/testing/clock.js';
import { type Cri, CriError } from '../cri/cri.js';
import { Prober } from './prober.js';
import { portNumber, runProbe } from './run.js';
import { afterResult, initialState, isFatal } from './state.js';

describe('what probe results add up to', () => {
  const cases: [string, Probe, boolean, string, boolean][] = [
    ['ready at the first success', {}, false, '+', true],
    ['not ready before the threshold', { successThreshold: 3 }, false, '++', false],
    ['ready at the threshold', { successThreshold: 3 }, false, '+++', true],
    ['a failure begins the count anew', { successThreshold: 3 }, false, '++-++', false],
    ['two failures are not enough', {}, true, '--', true],
    ['three are', {}, true, '---', false],
    ['a success between them forgives', {}, true, '--+--', true],
    ['one is, if the spec says so', { failureThreshold: 1 }, true, '-', false],
  ];
  for (const [what, probe, passing, results, expected] of cases) {
    it(what, () => {
      const state = [...results].reduce((s, r) => afterResult(s, r === '+', probe), initialState(passing));
      assert.equal(state.passing, expected);
    });
  }
  it('only liveness and startup are fatal, and at their threshold', () => {
    const failing = { passing: false, last: false, inARow: 3 };
    assert.equal(isFatal('liveness', failing, {}), true);
    assert.equal(isFatal('startup', failing, { failureThreshold: 4 }), false);
    assert.equal(isFatal('readiness', failing, {}), false);
  });
});

const container: Container = { name: 'c', ports: [{ name: 'web', containerPort: 8080 }] };

describe('one try of a probe', () => {
  const closers: (() => void)[] = [];
  after(() => {
    for (const close of closers) close();
  });
  const cri = (execSync: Cri['execSync']): Cri => ({ execSync }) as unknown as Cri;
  const target = (runtime: Partial<Cri> = {}) => ({
    cri: runtime as Cri,
    containerId: 'id',
    container,
    podIP: '127.0.0.1',
  });
  const serve = (handler: http.RequestListener): Promise<number> =>
    new Promise(resolve => {
      const server = http.createServer(handler);
      closers.push(() => server.close());
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });

  it('exec: the exit code decides', async () => {
    const run = (exitCode: number) =>
      runProbe(
        { exec: { command: ['x'] } },
        1,
        target(cri(async () => ({ stdout: Buffer.from('out '), stderr: Buffer.from('err'), exitCode }))),
      );
    assert.deepEqual(await run(0), { success: true, message: '' });
    assert.deepEqual(await run(1), { success: false, message: 'out err' });
  });
  it('exec: too late is a failure', async () => {
    const late = cri(() => Promise.reject(new CriError('ExecSync', 4, 'timeout 1s exceeded')));
    const result = await runProbe({ exec: { command: ['x', 'y'] } }, 1, target(late));
    assert.deepEqual(result, { success: false, message: 'command timed out: "x y" timed out after 1s' });
  });

  it('exec: a runtime that does not answer says nothing about the container', async () => {
    const away = cri(() => Promise.reject(new CriError('ExecSync', 14, 'connection refused')));
    const result = await runProbe({ exec: { command: ['x'] } }, 1, target(away));
    assert.deepEqual(result, { success: false, errored: true, message: 'connection refused' });
  });

  it('http: headers, redirects and status codes', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/moved') return response.writeHead(302, { location: '/ok' }).end();
      if (request.url === '/away') return response.writeHead(302, { location: 'http://10.255.255.1/' }).end();
      if (request.url === '/loop') return response.writeHead(302, { location: '/loop' }).end();
      const good = request.url === '/ok' && /^kube-probe/.test(request.headers['user-agent'] ?? '');
      return response.writeHead(good && request.headers['x-a'] === 'b' ? 200 : 503).end();
    });
    const httpHeaders = [{ name: 'X-A', value: 'b' }];
    const get = (path: string) =>
      runProbe({ httpGet: { port, path, httpHeaders } as Probe['httpGet'] & object }, 1, target());
    assert.deepEqual(await get('ok'), { success: true, message: '' });
    assert.deepEqual(await get('/moved'), { success: true, message: '' });
    assert.deepEqual(await get('/away'), { success: true, message: '' });
    assert.match((await get('/loop')).message, /stopped after 10 redirects/);
    assert.deepEqual(await get('/bad'), { success: false, message: 'HTTP probe failed with statuscode: 503' });
  });
  it('http: headers of its own, named twice or taken away', async () => {
    const heard: http.IncomingHttpHeaders[] = [];
    const port = await serve((request, response) => {
      heard.push(request.headers);
      response.end();
    });
    const get = (httpHeaders: { name: string; value: string }[]) =>
      runProbe({ httpGet: { port, path: '/', httpHeaders } as Probe['httpGet'] & object }, 1, target());
    await get([
      { name: 'X-A', value: '1' },
      { name: 'x-a', value: '2' },
      { name: 'Host', value: 'a' },
      { name: 'Host', value: 'b' },
    ]);
    assert.deepEqual([heard[0]?.['x-a'], heard[0]?.host, heard[0]?.accept], ['1, 2', 'a', '*/*']);
    await get([
      { name: 'Accept', value: '' },
      { name: 'User-Agent', value: 'mine' },
    ]);
    assert.deepEqual([heard[1]?.accept, heard[1]?.['user-agent']], [undefined, 'mine']);
  });
  it('http: no answer', async () => {
    const port = await serve(() => {});
    const result = await runProbe({ httpGet: { port, path: '/' } as Probe['httpGet'] & object }, 0.05, target());
    assert.match(result.message, /^Get "http:\/\/127\.0\.0\.1:\d+\/": context deadline exceeded/);
  });

  it('tcp: who listens, passes', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const probe = { tcpSocket: { port } } as Probe;
    assert.equal((await runProbe(probe, 1, target())).success, true);
    await new Promise(resolve => server.close(resolve));
    const refused = await runProbe(probe, 1, target());
    assert.equal(refused.message, `dial tcp 127.0.0.1:${port}: connect: connection refused`);
  });

  it('ports have numbers or names', () => {
    assert.equal(portNumber(80, container), 80);
    assert.equal(portNumber('web', container), 8080);
    assert.throws(() => portNumber('none', container), /couldn't find port: none/);
  });
});

describe('the probes of a container', () => {
  const start = Date.UTC(2026, 0, 1);

  /** `results` answers each try by the command's first word; it throws where the runtime is away. */
  function probe(
    probes: Partial<Container>,
    results: (command: string) => boolean,
    known?: { started: boolean; ready: boolean },
    startedAt = start,
  ) {
    const clock = new ManualClock(start);
    const tries: string[] = [];
    const execSync: Cri['execSync'] = async (_, [command = '']) => {
      tries.push(`${command}@${(clock.now() - start) / 1000}`);
      return { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exitCode: results(command) ? 0 : 1 };
    };
    let changes = 0;
    const prober = new Prober({
      target: {
        cri: { execSync } as unknown as Cri,
        containerId: 'id',
        container: { name: 'c', ...probes },
        podIP: '',
      },
      startedAt,
      clock,
      say: () => {},
      meter: { tried: () => {}, ended: () => {} },
      changed: () => changes++,
      ...(known ? { known } : {}),
    });
    return { clock, prober, tries, changes: () => changes };
  }
  const exec = (command: string, more: Probe = {}): Probe => ({
    exec: { command: [command] },
    periodSeconds: 10,
    ...more,
  });

  it('begin at once, or after the initial delay, and go on', async () => {
    const probes = { readinessProbe: exec('r'), livenessProbe: exec('l', { initialDelaySeconds: 5 }) };
    const { clock, prober, tries } = probe(probes, () => true);
    await clock.advance(16_000);
    assert.deepEqual(tries, ['r@0', 'l@5', 'r@10', 'l@15']);
    assert.deepEqual(prober.verdict, { started: true, ready: true });
    prober.stop();
    await clock.advance(60_000);
    assert.equal(tries.length, 4);
  });

  it('go on in their time when the clock is set back or forward', async () => {
    const probes = { readinessProbe: exec('r'), livenessProbe: exec('l', { initialDelaySeconds: 5 }) };
    const hour = 3600_000;
    const { clock, prober, tries } = probe(probes, () => true);
    const since = (): number[] => tries.splice(0).map(text => Number(text.split('@')[1]));
    clock.set(-hour);
    await clock.advance(16_000);
    assert.deepEqual(
      since(),
      [0, 5, 10, 15].map(s => s - 3600),
    );
    clock.set(2 * hour);
    await clock.advance(20_000);
    assert.deepEqual(
      since(),
      [20, 25, 30, 35].map(s => s + 3600),
    );
    prober.stop();
  });

  it('of a container that a clock ahead has seen start wait no longer than they should', async () => {
    const { clock, prober, tries } = probe(
      { livenessProbe: exec('l', { initialDelaySeconds: 5 }) },
      () => true,
      undefined,
      start + 3600_000,
    );
    await clock.advance(5_000);
    assert.deepEqual(tries, ['l@5']);
    prober.stop();
  });

  it('wait for the startup probe', async () => {
    let up = false;
    const probes = { startupProbe: exec('s', { periodSeconds: 1 }), readinessProbe: exec('r') };
    const { clock, prober, tries } = probe(probes, command => command === 'r' || up);
    await clock.advance(1_000);
    assert.deepEqual(prober.verdict, { started: false, ready: false });
    up = true;
    await clock.advance(1_000);
    assert.deepEqual(tries, ['s@0', 's@1', 's@2', 'r@2']);
    assert.deepEqual(prober.verdict, { started: true, ready: true });
    prober.stop();
  });

  it('of liveness end in a verdict, and then stop', async () => {
    const { clock, prober, tries } = probe(
      { livenessProbe: exec('l', { terminationGracePeriodSeconds: 3 }) },
      () => false,
    );
    await clock.advance(100_000);
    assert.deepEqual(tries, ['l@0', 'l@10', 'l@20']);
    assert.deepEqual(prober.verdict.fatal, {
      message: 'Container c failed liveness probe, will be restarted',
      graceSeconds: 3,
    });
  });

  it('without the runtime change nothing', async () => {
    let away = false;
    const { clock, prober, tries, changes } = probe({ livenessProbe: exec('l'), readinessProbe: exec('r') }, () => {
      if (away) throw new CriError('ExecSync', 14, 'connection refused');
      return true;
    });
    await clock.advance(1_000);
    away = true;
    const before = changes();
    await clock.advance(60_000);
    assert.deepEqual(prober.verdict, { started: true, ready: true });
    assert.equal(changes(), before);
    assert.equal(tries.length, 14);
    prober.stop();
  });

  it('do not take readiness away because a kubelet has started again', async () => {
    let good = false;
    const { clock, prober, changes } = probe({ readinessProbe: exec('r') }, () => good, { started: true, ready: true });
    await clock.advance(15_000);
    assert.equal(prober.verdict.ready, true);
    assert.equal(changes(), 0);
    await clock.advance(10_000);
    assert.equal(prober.verdict.ready, false);
    good = true;
    await clock.advance(10_000);
    assert.equal(prober.verdict.ready, true);
    prober.stop();
  });
});
