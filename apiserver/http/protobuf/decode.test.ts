import assert from 'node:assert/strict';
import protobuf from 'protobufjs/minimal.js';
import { builtinKinds } from '../../../api/kinds/index.js';
import { allModels, modelOf } from '../../../api/schema/models.js';
import { StatusError } from '../../../api/status.js';
import { decodeProtobuf } from './decode.js';
import { fieldsOf } from './field-numbers.js';

type Value = string | number | boolean | Buffer | Message;
type Message = [number: number, value: Value][];

/** Writes a message from field numbers, as Go's generated code would. */
function write(message: Message): Buffer {
  const writer = new protobuf.Writer();
  for (const [number, value] of message) {
    if (typeof value === 'number') writer.uint32(number << 3).int64(value);
    else if (typeof value === 'boolean') writer.uint32(number << 3).bool(value);
    else if (typeof value === 'string') writer.uint32((number << 3) | 2).string(value);
    else writer.uint32((number << 3) | 2).bytes(Buffer.isBuffer(value) ? value : write(value));
  }
  return Buffer.from(writer.finish());
}

const envelope = (apiVersion: string, kind: string, raw: Message): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    write([
      [
        1,
        [
          [1, apiVersion],
          [2, kind],
        ],
      ],
      [2, raw],
      [3, ''],
      [4, ''],
    ]),
  ]);

const decode = (kind: string, raw: Message, apiVersion = 'v1') =>
  decodeProtobuf(envelope(apiVersion, kind, raw), builtinKinds, protobuf.Reader.create);

describe('protobuf bodies', () => {
  it('say what the same JSON would say, without what Go writes of fields that are not set', () => {
    const time: Message = [[8, []]];
    const meta: Message = [
      [1, 'web'],
      [2, ''],
      [3, 'default'],
      [4, ''],
      [5, ''],
      [6, ''],
      [7, 0],
      ...time,
      [
        11,
        [
          [1, 'app'],
          [2, 'web'],
        ],
      ],
    ];
    const { value, problems } = decode('ConfigMap', [
      [1, meta],
      [
        2,
        [
          [1, 'k'],
          [2, ''],
        ],
      ],
      [
        2,
        [
          [1, 'l'],
          [2, 'v'],
        ],
      ],
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(value, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
      data: { k: '', l: 'v' },
    });
  });

  it('have types of their own for bytes, times, quantities and what is number or string', () => {
    assert.deepEqual(
      decode('Secret', [
        [
          2,
          [
            [1, 'p'],
            [2, Buffer.from([0, 255])],
          ],
        ],
      ]).value.data,
      { p: 'AP8=' },
    );
    const lease = decode(
      'Lease',
      [
        [
          2,
          [
            [2, 15],
            [
              3,
              [
                [1, 1_767_225_600],
                [2, 123_456_789],
              ],
            ],
          ],
        ],
      ],
      'coordination.k8s.io/v1',
    );
    assert.deepEqual(lease.value.spec, { leaseDurationSeconds: 15, acquireTime: '2026-01-01T00:00:00.123456Z' });
    const ports: Message[] = [
      [
        [3, 80],
        [
          4,
          [
            [1, 0],
            [2, 8080],
            [3, ''],
          ],
        ],
      ],
      [
        [3, 81],
        [
          4,
          [
            [1, 1],
            [2, 0],
            [3, 'http'],
          ],
        ],
      ],
    ];
    const service = decode('Service', [[2, ports.map((port): Message[number] => [1, port])]]);
    assert.deepEqual(service.value.spec, {
      ports: [
        { port: 80, targetPort: 8080 },
        { port: 81, targetPort: 'http' },
      ],
    });
    const container: Message = [
      [1, 'c'],
      [
        8,
        [
          [
            2,
            [
              [1, 'cpu'],
              [2, [[1, '100m']]],
            ],
          ],
        ],
      ],
    ];
    const pod = decode('Pod', [[2, [[2, container]]]]).value.spec as { containers: { resources: unknown }[] };
    assert.deepEqual(pod.containers[0]?.resources, { requests: { cpu: '100m' } });
  });

  it('hold the fields of embedded structs as their own', () => {
    const volume: Message = [
      [1, 'v'],
      [2, [[19, [[1, [[1, 'cm']]]]]]],
    ];
    const probe: Message = [
      [
        1,
        [
          [
            2,
            [
              [1, '/x'],
              [
                2,
                [
                  [1, 0],
                  [2, 80],
                ],
              ],
            ],
          ],
        ],
      ],
      [2, 0],
      [3, 0],
    ];
    const pod = decode('Pod', [
      [
        2,
        [
          [1, volume],
          [
            2,
            [
              [1, 'c'],
              [10, probe],
            ],
          ],
        ],
      ],
    ]).value.spec;
    assert.deepEqual(pod, {
      volumes: [{ name: 'v', configMap: { name: 'cm' } }],
      containers: [{ name: 'c', livenessProbe: { httpGet: { path: '/x', port: 80 } } }],
    });
  });

  it('keep the zeros that somebody set', () => {
    const spec = decode('ReplicationController', [[2, [[1, 0]]]]).value.spec;
    assert.deepEqual(spec, { replicas: 0 });
    assert.deepEqual(
      decode('Pod', [
        [
          2,
          [
            [4, 0],
            [11, false],
          ],
        ],
      ]).value.spec,
      { terminationGracePeriodSeconds: 0 },
    );
    assert.deepEqual(decode('ServiceAccount', [[4, false]]).value.automountServiceAccountToken, false);
    const driver = decode('CSIDriver', [[2, [[1, false]]]], 'storage.k8s.io/v1');
    assert.deepEqual(driver.value.spec, { attachRequired: false });
    const level = decode('PriorityLevelConfiguration', [[2, [[3, [[1, 0]]]]]], 'flowcontrol.apiserver.k8s.io/v1');
    assert.deepEqual(level.value.spec, { exempt: { nominalConcurrencyShares: 0 } });
    // Neither a pointer: the one is written by Go's JSON all the same, the other is not.
    const budget = decode('PodDisruptionBudget', [[3, [[3, 0]]]], 'policy/v1');
    assert.deepEqual(budget.value.status, { disruptionsAllowed: 0 });
    assert.deepEqual(decode('Scale', [[2, [[1, 0]]]], 'autoscaling/v1').value.spec, {});
    // A key of a map stays, whatever it leads to.
    const disrupted = decode(
      'PodDisruptionBudget',
      [
        [
          3,
          [
            [
              2,
              [
                [1, 'web-1'],
                [2, []],
              ],
            ],
          ],
        ],
      ],
      'policy/v1',
    );
    assert.deepEqual(disrupted.value.status, { disruptedPods: { 'web-1': null } });
  });

  it('tell of fields that this server does not know', () => {
    const { value, problems } = decode('Pod', [
      [
        2,
        [
          [3, 'Never'],
          [999, 'x'],
        ],
      ],
    ]);
    assert.deepEqual(value.spec, { restartPolicy: 'Never' });
    assert.deepEqual(problems, ['unknown protobuf field 999 in io.k8s.api.core.v1.PodSpec']);
  });

  it('tell nothing of an empty field that an older version had: Go writes those too', () => {
    const { value, problems } = decode('Pod', [
      [
        1,
        [
          [1, 'web'],
          [15, ''],
        ],
      ],
    ]);
    assert.deepEqual(value.metadata, { name: 'web' });
    assert.deepEqual(problems, []);
  });

  const damaged: [what: string, body: Buffer, message: RegExp][] = [
    ['JSON', Buffer.from('{}'), /does not start with "k8s\\0"/],
    [
      'an unknown kind',
      envelope('example.com/v1', 'Widget', []),
      /no kind "Widget" of "example.com\/v1" is known in protobuf/,
    ],
    ['a cut message', envelope('v1', 'Pod', [[2, [[3, 'Never']]]]).subarray(0, -7), /the protobuf message is damaged/],
    ['a field that claims too much', Buffer.from('6b3873000a7f', 'hex'), /the protobuf message is damaged/],
    [
      'noise',
      Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(64, 0xff)]),
      /the protobuf message is damaged|is known in protobuf/,
    ],
  ];
  for (const [what, body, message] of damaged) {
    it(`are refused when they are ${what}`, () => {
      assert.throws(
        () => decodeProtobuf(body, builtinKinds, protobuf.Reader.create),
        (error: unknown) => error instanceof StatusError && error.code === 400 && message.test(error.message),
      );
    });
  }
});

describe('field numbers', () => {
  it('are of fields that the kinds have', () => {
    const wrong: string[] = [];
    for (const name of allModels()) {
      const { definition, fields } = modelOf(name);
      for (const field of fieldsOf(definition) ?? []) {
        if (field && !field.embedded && !fields.has(field.name)) wrong.push(`${definition}.${field.name}`);
        if (field?.embedded && !fieldsOf(field.embedded)) wrong.push(`${definition} embeds ${field.embedded}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('are there for every field of a kind that has any: what is sent in protobuf is never lost', () => {
    const namesIn = (definition: string): string[] =>
      (fieldsOf(definition) ?? []).flatMap(field => (field?.embedded ? namesIn(field.embedded) : (field?.name ?? [])));
    const missing: string[] = [];
    for (const name of allModels()) {
      const { definition, fields } = modelOf(name);
      if (!fieldsOf(definition)) continue;
      // Their type is in the envelope.
      const numbered = new Set([...namesIn(definition), 'kind', 'apiVersion']);
      for (const field of fields.keys()) if (!numbered.has(field)) missing.push(`${definition}.${field}`);
    }
    assert.deepEqual(missing, []);
  });

  it('are there for every kind that is stored', () => {
    // Extensions are written by their users' clients, which send JSON; what nodes use is not written at all.
    const without = ['apiextensions.k8s.io', 'apiregistration.k8s.io', 'metrics.k8s.io'];
    const rows = builtinKinds.filter(({ group }) => !without.includes(group));
    for (const row of rows) assert.ok(fieldsOf(modelOf(row.model).definition), row.kind);
  });
});
