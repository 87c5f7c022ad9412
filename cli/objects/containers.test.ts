import assert from 'node:assert/strict';
import type { Container, Pod } from '../../api/types.js';
import { allContainers, chooseContainer } from './containers.js';

const named = (names: string): Container[] => (names === '' ? [] : names.split(' ').map(name => ({ name })));

const pod = (containers: string, init = '', annotation?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'default',
    ...(annotation === undefined ? {} : { annotations: { 'kubectl.kubernetes.io/default-container': annotation } }),
  },
  spec: { containers: named(containers), initContainers: named(init) },
});

describe('the container that is meant', () => {
  const table: [what: string, pod: Pod, asked: string | undefined, container: string, said: string | undefined][] = [
    ['the only one', pod('a'), undefined, 'a', undefined],
    ['the first of several', pod('web writer'), undefined, 'web', 'Defaulted container "web" out of: web, writer\n'],
    [
      'not an init container',
      pod('web', 'setup'),
      undefined,
      'web',
      'Defaulted container "web" out of: web, setup (init)\n',
    ],
    ['the annotated one, silently', pod('web writer', '', 'writer'), undefined, 'writer', undefined],
    [
      'the first, when the annotation is wrong',
      pod('web writer', '', 'nope'),
      undefined,
      'web',
      'Default container name "nope" not found in pod web\nDefaulted container "web" out of: web, writer\n',
    ],
    ['the one that is named', pod('web writer', 'setup'), 'setup', 'setup', undefined],
  ];
  for (const [what, of, asked, container, said] of table) {
    it(what, () => {
      const choice = chooseContainer(of, asked);
      assert.equal(choice.container, container);
      assert.equal(choice.said, said);
    });
  }

  it('must exist', () => {
    assert.throws(
      () => chooseContainer(pod('web writer'), 'nope'),
      /^Failure: container nope not found in pod web: it has web, writer$/,
    );
    assert.throws(() => chooseContainer(pod(''), undefined), /pod default\/web does not have any containers/);
  });

  it('are all listed as they start', () => {
    assert.deepEqual(allContainers(pod('web writer', 'setup')), ['setup', 'web', 'writer']);
  });
});
