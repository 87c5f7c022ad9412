import assert from 'node:assert/strict';
import { pino } from 'pino';
import { Routes } from './routes.js';

/** A machine in 192.0.2.0/24, with or without a way to everywhere else. */
class Machine {
  readonly routes = new Map<string, string>();
  calls: string[] = [];
  constructor(private readonly elsewhere: object | undefined) {}

  readonly ip = async (...args: string[]): Promise<string> => {
    this.calls.push(args.join(' '));
    const [range = '', via = ''] = [args[2], args[4]];
    if (args[0] === 'route' && args[1] === 'replace') this.routes.set(range, via);
    if (args[0] === 'route' && args[1] === 'del') this.routes.delete(range);
    if (args.includes('show')) return JSON.stringify([...this.routes].map(([dst, gateway]) => ({ dst, gateway })));
    if (!args.includes('get')) return '';
    if (args.at(-1)?.startsWith('192.0.2.')) return JSON.stringify([{ dst: '192.0.2.0/24', dev: 'eth0' }]);
    if (!this.elsewhere) throw new Error('Network is unreachable');
    return JSON.stringify([this.elsewhere]);
  };
}

const near = { range: '10.244.1.0/24', via: ['192.0.2.2'] };
const behind = { range: '10.244.2.0/24', via: ['10.245.0.2', '192.0.2.3'] };
const far = { range: '10.244.3.0/24', via: ['203.0.113.1'] };

describe("routes to other nodes' pods", () => {
  const elsewheres: [what: string, way: object | undefined][] = [
    ['a router', { dst: 'default', gateway: '192.0.2.254' }],
    ['a wire to everywhere', { dst: 'default', dev: 'eth0' }],
    ['nothing', undefined],
  ];
  for (const [what, way] of elsewheres)
    it(`go by way of neighbours alone, on a machine with ${what} beyond`, async () => {
      const machine = new Machine(way);
      await new Routes(pino({ level: 'silent' }), machine.ip).apply([near, behind, far]);
      assert.deepEqual(
        [...machine.routes],
        [
          ['10.244.1.0/24', '192.0.2.2'],
          ['10.244.2.0/24', '192.0.2.3'],
        ],
      );
    });

  it('are put back, and go with their nodes; when nothing has changed the machine is only looked at', async () => {
    const machine = new Machine(undefined);
    const routes = new Routes(pino({ level: 'silent' }), machine.ip);
    await routes.apply([near]);
    machine.calls = [];
    await routes.apply([near]);
    assert.deepEqual(machine.calls, ['-j -4 route show proto 97']);
    machine.routes.clear();
    await routes.apply([near]);
    assert.deepEqual([...machine.routes.values()], ['192.0.2.2']);
    await routes.apply([]);
    assert.equal(machine.routes.size, 0);
  });
});
