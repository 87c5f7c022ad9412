import assert from 'node:assert/strict';
import { forbidden } from '../../api/status.js';
import { ask, someone } from '../auth/testing/requests.js';
import type { AdmissionPlugin, AdmissionRequest } from '../contracts.js';
import { openTestApi, type TestApi } from '../testing/harness.js';
import { admitConnection } from './connect.js';

describe('a connection to a pod', () => {
  let api: TestApi;
  let asked: AdmissionRequest[];
  beforeEach(async () => {
    asked = [];
    api = await openTestApi();
  });
  afterEach(() => api.close());

  const connect = (what: string, query: string, ...admission: AdmissionPlugin[]) => {
    api.env.admission = [
      { name: 'Seen', handles: () => true, validate: request => void asked.push(request) },
      ...admission,
    ];
    const info = { ...ask(`create ${what}`, 'default', 'web'), path: `/api/v1/namespaces/default/${what}` };
    return admitConnection(api.env, { user: someone('ann'), info, query: new URLSearchParams(query) });
  };

  const table: [string, string, object][] = [
    [
      'pods/exec',
      'command=ls&command=-l&stdout=true&container=c',
      { kind: 'PodExecOptions', stdout: true, container: 'c', command: ['ls', '-l'] },
    ],
    ['pods/attach', 'stdin=1&tty=0', { kind: 'PodAttachOptions', stdin: true }],
    ['pods/portforward', 'ports=80,81', { kind: 'PodPortForwardOptions', ports: [80, 81] }],
    ['services/proxy', '', { kind: 'ServiceProxyOptions', path: '' }],
  ];
  for (const [what, query, expected] of table) {
    it(`is admitted with its options: ${what}`, async () => {
      await connect(what, query);
      const [request] = asked;
      assert.deepEqual(request?.object, { apiVersion: 'v1', metadata: {}, ...expected });
      assert.equal(request?.operation, 'CONNECT');
    });
  }

  it('is none when a log is read', async () => {
    await connect('pods/log', '');
    assert.deepEqual(asked, []);
  });

  it('is refused as admission says, and when that would change what the client asked for', async () => {
    const refusing: AdmissionPlugin = {
      name: 'No',
      handles: ({ operation }) => operation === 'CONNECT',
      validate() {
        throw forbidden({ group: '', resource: 'pods', name: 'web' }, 'no shells');
      },
    };
    await assert.rejects(connect('pods/exec', 'command=sh', refusing), /pods "web" is forbidden: no shells/);
    const changing: AdmissionPlugin = {
      name: 'Change',
      handles: () => true,
      mutate: ({ object }) => void Object.assign(object ?? {}, { command: ['true'] }),
    };
    await assert.rejects(connect('pods/exec', 'command=sh', changing), /changed the options of pods\/exec/);
  });
});
