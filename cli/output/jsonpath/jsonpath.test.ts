import assert from 'node:assert/strict';
import { renderJsonPath } from './evaluate.js';

const list = {
  kind: 'List',
  items: [
    {
      metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'x' } },
      status: {
        capacity: { cpu: '4' },
        addresses: [
          { type: 'InternalIP', address: '1.1.1.1' },
          { type: 'Hostname', address: 'h1' },
        ],
      },
    },
    {
      metadata: { name: 'b' },
      status: { capacity: { cpu: '8' }, addresses: [{ type: 'InternalIP', address: '2.2.2.2' }] },
    },
  ],
  numbers: [1, 2, 3, 4],
  users: [
    { name: 'me', user: { password: 'p' }, age: 3 },
    { name: 'e2e', age: 7 },
  ],
};

const table: [string, string][] = [
  ['{.kind}', 'List'],
  ['.kind', 'List'],
  ['kind', 'List'],
  ['kind is {.kind}', 'kind is List'],
  ['{.items[*].metadata.name}', 'a b'],
  ['{.items[0].metadata.name}', 'a'],
  ['{.items[-1].metadata.name}', 'b'],
  ['{.numbers[1:3]}', '2 3'],
  ['{.numbers[0:4:2]}', '1 3'],
  ['{.numbers}', '[1,2,3,4]'],
  ["{['kind']}", 'List'],
  ["{.items[0].metadata.labels['app.kubernetes.io/name']}", 'x'],
  ['{.items[0].metadata.labels.app\\.kubernetes\\.io/name}', 'x'],
  ["{.items[*]['metadata.name', 'status.capacity']}", ''],
  ["{.users[*]['name','age']}", 'me 3 e2e 7'],
  ['{..name}', 'a b me e2e'],
  ['{.users[?(@.name=="e2e")].age}', '7'],
  ['{.users[?(@.age > 5)].name}', 'e2e'],
  ['{.users[?(@.user)].name}', 'me'],
  ['{.items[*].status.addresses[?(@.type=="InternalIP")].address}', '1.1.1.1 2.2.2.2'],
  ['{range .items[*]}{.metadata.name}{"\\t"}{.status.capacity.cpu}{"\\n"}{end}', 'a\t4\nb\t8\n'],
  ['{range .items[*]}[{range .status.addresses[*]}{.address};{end}]{end}', '[1.1.1.1;h1;][2.2.2.2;]'],
  ['{range .users[*]}{$.kind}:{.name} {end}', 'List:me List:e2e '],
  ['{.nothing.here}', ''],
  ['{@.kind}', 'List'],
];

describe("kubectl's JSONPath", () => {
  for (const [template, expected] of table) {
    it(template, () => assert.equal(renderJsonPath(template, list), expected));
  }

  it('says what is wrong with a template', () => {
    for (const wrong of ['{.items', '{range .items[*]}x', '{end}', '{.items[}', '{.items[?(@.a=="x"]}']) {
      assert.throws(() => renderJsonPath(wrong, list), /jsonpath/, wrong);
    }
    assert.throws(() => renderJsonPath('{.numbers[9]}', list), /out of bounds/);
  });
});
