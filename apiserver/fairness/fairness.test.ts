import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  mandatoryLevels,
  mandatorySchemas,
  suggestedLevels,
  suggestedSchemas,
} from '../../api/kinds/flowcontrol/objects.js';
import type { AnyObject } from '../../api/types.js';
import { FakeLookup } from '../auth/testing/fake-lookup.js';
import { ask, kubelet, serviceAccount, someone } from '../auth/testing/requests.js';
import type { RequestInfo, User } from '../contracts.js';
import { inOrder, schemaFor } from './classify.js';
import { settingsOf } from './configuration.js';
import { Fairness, TooManyRequests } from './index.js';
import { Level } from './level.js';
import { deal, flowHash } from './shuffle-shard.js';

const all = inOrder([...mandatorySchemas, ...suggestedSchemas]);

describe('the flow of a request', () => {
  const manager = someone('system:kube-controller-manager');
  const table: [string, User, RequestInfo, string][] = [
    ['an administrator', someone('root', 'system:masters'), ask('list pods'), 'exempt'],
    ['a probe', { name: 'system:anonymous', groups: ['system:unauthenticated'] }, ask('get /healthz'), 'probes'],
    [
      'a manager for its lease',
      manager,
      ask('update leases.coordination.k8s.io', 'kube-system', 'x'),
      'system-leader-election',
    ],
    ['a manager for endpoints', manager, ask('update endpoints', 'shop', 'x'), 'endpoint-controller'],
    ['a manager for all else', manager, ask('list pods'), 'kube-controller-manager'],
    [
      'a node for its lease',
      kubelet('n'),
      ask('update leases.coordination.k8s.io', 'kube-node-lease', 'n'),
      'system-node-high',
    ],
    ['a node for its status', kubelet('n'), ask('patch nodes/status', '', 'n'), 'system-node-high'],
    ['a node for pods', kubelet('n'), ask('list pods'), 'system-nodes'],
    ['an account of the system', serviceAccount('kube-system', 'x'), ask('list pods'), 'kube-system-service-accounts'],
    ['an account', serviceAccount('shop', 'x'), ask('list pods', 'shop'), 'service-accounts'],
    ['anybody', someone('ann'), ask('get pods', 'shop', 'x'), 'global-default'],
    ['nobody that is known', { name: 'x', groups: [] }, ask('get pods', 'shop', 'x'), 'none'],
  ];
  for (const [who, user, info, expected] of table) {
    it(`of ${who} is ${expected}`, () => assert.equal(schemaFor(all, user, info)?.metadata.name ?? 'none', expected));
  }
});

describe('the seats of levels', () => {
  it('are the parts of the server that their shares say', () => {
    const settings = settingsOf([...mandatoryLevels, ...suggestedLevels], 600);
    const seats = Object.fromEntries([...settings].map(([name, level]) => [name, level?.seats]));
    // Of 245 shares in all.
    assert.deepEqual(seats, {
      exempt: undefined,
      'catch-all': 13,
      system: 74,
      'node-high': 98,
      'leader-election': 25,
      'workload-high': 98,
      'workload-low': 245,
      'global-default': 49,
    });
  });
});

describe('a hand of queues', () => {
  it('law: has different queues that are there', () => {
    const sizes = fc
      .integer({ min: 1, max: 200 })
      .chain(queues => fc.tuple(fc.constant(queues), fc.integer({ min: 1, max: Math.min(queues, 8) })));
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), sizes, (hash, [queues, size]) => {
        const hand = deal(hash, queues, size);
        assert.equal(new Set(hand).size, size);
        assert.ok(hand.every(queue => queue >= 0 && queue < queues));
      }),
    );
  });

  it('is dealt evenly, and always the same to a flow', () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let i = 0; i < 1600; i++) {
      for (const queue of deal(flowHash('schema', `user-${i}`), 16, 4)) counts[queue] = (counts[queue] as number) + 1;
    }
    assert.ok(
      counts.every(count => count > 300 && count < 500),
      counts.join(),
    );
    assert.deepEqual(deal(flowHash('a', 'b'), 128, 6), deal(flowHash('a', 'b'), 128, 6));
  });
});

class Visitor {
  said = '';
  leave: (now: number) => void = () => undefined;
  constructor(level: Level, hash: bigint, now: number) {
    level.enter(
      hash,
      now,
      leave => {
        this.said = 'seated';
        this.leave = leave;
      },
      why => {
        this.said = why;
      },
    );
  }
}

describe('a priority level', () => {
  const queuing = { queues: 8, handSize: 1, queueLengthLimit: 3 };

  it('seats as many as it has seats for, and the next when one leaves', () => {
    const level = new Level({ seats: 2, queuing });
    const visitors = [0, 1, 2].map(() => new Visitor(level, 1n, 0));
    assert.deepEqual(
      visitors.map(v => v.said),
      ['seated', 'seated', ''],
    );
    visitors[0]?.leave(5);
    assert.deepEqual([visitors[2]?.said, level.executing, level.waiting], ['seated', 2, 0]);
    visitors[0]?.leave(6);
    assert.equal(level.executing, 2, 'a seat is given back once');
  });

  it('turns away who finds no seat where there are no queues', () => {
    const level = new Level({ seats: 1 });
    assert.deepEqual(
      [0, 1].map(() => new Visitor(level, 1n, 0).said),
      ['seated', 'concurrency-limit'],
    );
  });

  it('turns away who finds the queue full, and who has waited too long', () => {
    const level = new Level({ seats: 1, queuing });
    const visitors = [0, 1, 2, 3, 4].map(i => new Visitor(level, 1n, i));
    assert.deepEqual(
      visitors.map(v => v.said),
      ['seated', '', '', '', 'queue-full'],
    );
    level.expire(2);
    assert.deepEqual(
      visitors.map(v => v.said),
      ['seated', 'time-out', 'time-out', '', 'queue-full'],
    );
  });

  it('serves a quiet flow next to one that floods', () => {
    const level = new Level({ seats: 1, queuing: { ...queuing, queueLengthLimit: 100 } });
    const flood = Array.from({ length: 50 }, () => new Visitor(level, 1n, 0));
    const quiet = new Visitor(level, 2n, 1);
    let now = 10;
    for (const visitor of flood.slice(0, 2)) {
      now += 10;
      visitor.leave(now);
    }
    assert.equal(quiet.said, 'seated');
    assert.ok(flood.filter(visitor => visitor.said === 'seated').length <= 3);
  });

  it('law: seats everybody who may wait, and never more at a time than it has seats', () => {
    const steps = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 20n }), fc.nat(20), fc.boolean()), { maxLength: 200 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (visits, seats) => {
        const level = new Level({ seats, queuing: { queues: 8, handSize: 3, queueLengthLimit: 1000 } });
        const visitors: Visitor[] = [];
        let now = 0;
        for (const [hash, passed, leaves] of visits) {
          now += passed;
          visitors.push(new Visitor(level, hash, now));
          if (leaves) visitors.find(v => v.said === 'seated')?.leave(now);
          if (leaves)
            for (const v of visitors)
              if (v.said === 'seated' && visitors.indexOf(v) % 3 === 0) {
                v.leave(now);
                v.said = 'left';
              }
          assert.ok(level.executing <= seats);
        }
        for (let i = 0; i < visitors.length && level.executing > 0; i++) for (const v of visitors) v.leave(++now);
        for (const v of visitors) v.leave(++now);
        assert.deepEqual([level.executing, level.waiting], [0, 0]);
        assert.ok(visitors.every(v => v.said !== ''));
      }),
    );
  });

  it('keeps those that wait when it is configured anew', () => {
    const level = new Level({ seats: 1, queuing });
    const visitors = [0, 1, 2].map(i => new Visitor(level, BigInt(i), i));
    level.reconfigure({ seats: 2, queuing: { ...queuing, queues: 4 } }, 5);
    assert.deepEqual(
      visitors.map(v => v.said),
      ['seated', 'seated', ''],
    );
    visitors[1]?.leave(6);
    assert.equal(visitors[2]?.said, 'seated');
  });
});

describe('a level that borrows', () => {
  const objects = [...mandatoryLevels, ...suggestedLevels, ...mandatorySchemas, ...suggestedSchemas].map(
    object => ({ ...object }) as unknown as AnyObject,
  );

  it('gets the seats that others do not use, and gives them back when these ask for theirs', async () => {
    let now = 0;
    const fairness = new Fairness({ lookup: new FakeLookup(objects), clock: { now: () => now }, seats: 600 });
    const seatsOf = (name: string): number => {
      const found = [...fairness.state()].find(({ level }) => level === name);
      return found?.of.seats ?? 0;
    };
    const pass = (ms: number): void => {
      for (const end = now + ms; now < end; ) {
        now += 1000;
        fairness.tick();
      }
    };
    const busy = fairness.flowOf(someone('ann', 'system:authenticated'), ask('list pods', 'shop'));
    assert.equal(busy.level, 'global-default');
    assert.equal(seatsOf('global-default'), 49);
    let seated = 0;
    for (let i = 0; i < 250; i++) {
      const entered = fairness.enter(busy);
      if (entered instanceof Promise) entered.then(() => seated++).catch(() => undefined);
      else seated++;
    }
    assert.equal(seated, 49);
    pass(10_000);
    assert.ok(seatsOf('global-default') > 150, `${seatsOf('global-default')}`);
    await Promise.resolve();
    assert.ok(seated > 150, 'those that waited are seated');
    const lends = seatsOf('workload-low');
    assert.ok(lends >= 25 && lends < 245, 'it keeps the tenth that it never lends');
    const owner = fairness.flowOf(serviceAccount('shop', 'x'), ask('list pods', 'shop'));
    for (let i = 0; i < 240; i++) void fairness.enter(owner);
    pass(10_000);
    assert.ok(seatsOf('workload-low') >= 240, `${seatsOf('workload-low')}`);
  });
});

describe('fairness', () => {
  const objects = [...mandatoryLevels, ...suggestedLevels, ...mandatorySchemas, ...suggestedSchemas].map(
    (object, i) => ({ ...object, metadata: { ...object.metadata, uid: `uid-${i}` } }) as unknown as AnyObject,
  );
  const clock = { now: () => 0 };

  it('keeps a flood of one client from the leases of nodes', async () => {
    const fairness = new Fairness({ lookup: new FakeLookup(objects), clock, seats: 60 });
    const flood = fairness.flowOf(serviceAccount('shop', 'busy'), ask('list pods'));
    const entered = Array.from({ length: 2000 }, () => fairness.enter(flood));
    const refused = (await Promise.allSettled(entered.filter(e => e instanceof Promise).slice(-1500))).length;
    assert.ok(refused > 0);
    const lease = fairness.flowOf(kubelet('n'), ask('update leases.coordination.k8s.io', 'kube-node-lease', 'n'));
    assert.equal(typeof fairness.enter(lease), 'function', 'at once');
    const other = fairness.flowOf(someone('root', 'system:masters'), ask('list pods'));
    assert.equal(typeof fairness.enter(other), 'function');
  });

  it('turns away with an error of its own, and tells which objects decided', async () => {
    const fairness = new Fairness({ lookup: new FakeLookup(objects), clock, seats: 1 });
    const flow = fairness.flowOf({ name: 'x', groups: ['system:authenticated'] }, ask('get pods', 'a', 'b'));
    assert.deepEqual([flow.schema, flow.level], ['global-default', 'global-default']);
    assert.match(flow.schemaUid + flow.levelUid, /^uid-\d+uid-\d+$/);
    assert.equal(typeof fairness.enter(flow), 'function');
    const waiting = Array.from({ length: 6 * 50 + 1 }, () => fairness.enter(flow));
    await assert.rejects(waiting.at(-1) as Promise<unknown>, TooManyRequests);
  });

  it('works with what is mandatory where nothing is configured', () => {
    const fairness = new Fairness({ lookup: new FakeLookup(), clock });
    const flow = fairness.flowOf({ name: 'x', groups: ['system:authenticated'] }, ask('get pods', 'a', 'b'));
    assert.equal(flow.level, 'catch-all');
  });
});
