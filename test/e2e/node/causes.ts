/** What the node wrote, and why, as the audit log tells it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../lab.js';
import { processOf } from '../scenarios.js';
import { idle, isReady, type Part, pod, restartsOf, type Scene, shell, statusOf } from './scene.js';

interface Line {
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; subresource?: string; name?: string };
  responseStatus: { code: number };
  annotations: Record<string, string>;
}

const reads = ['get', 'list', 'watch'];

const writesOfNode = ({ lab }: Scene): Line[] =>
  readFileSync(join(lab.dataDir, 'audit.log'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(line => JSON.parse(line) as Line)
    .filter(({ user, verb, objectRef }) => user.username === 'system:node:lab' && objectRef && !reads.includes(verb));

const causeOf = ({ annotations }: Line): string => annotations['orrery.dev/cause'] ?? '';

const inWords = ({ verb, objectRef }: Line): string =>
  `${verb} ${objectRef?.resource}${objectRef?.subresource ? `/${objectRef.subresource}` : ''}`;

export const causes: Part = {
  objects: [pod('watched', shell(idle))],

  tests(scene) {
    it('each write of the node says what caused it', async () => {
      const running = await scene().pods.until('watched', 'ready', isReady);
      process.kill(await processOf(scene().lab, statusOf(running)?.containerID ?? ''), 'SIGKILL');
      await scene().pods.until('watched', 'started again', p => restartsOf(p) === 1 && isReady(p));
      const about = (lines: Line[], what: string): string[] =>
        lines.filter(line => inWords(line) === what && line.objectRef?.name === 'watched').map(causeOf);
      const written = await eventually(
        async () => writesOfNode(scene()),
        lines =>
          about(lines, 'patch pods/status').some(cause =>
            /^kubelet default\/watched <- (\w+ c <- )*container c has ended/.test(cause),
          ),
      );
      assert.match(
        about(written, 'patch pods/status')[0] ?? '',
        /^kubelet default\/watched <- Pod default\/watched ADDED @/,
      );
      const unexplained = written.filter(line => !causeOf(line).startsWith('kubelet '));
      assert.deepEqual(unexplained.map(inWords), []);
      const kinds = new Set(written.map(inWords));
      for (const kind of ['patch nodes/status', 'update leases', 'create events', 'create serviceaccounts/token'])
        assert.ok(kinds.has(kind), `${kind} is not among ${[...kinds]}`);
    });
  },
};
