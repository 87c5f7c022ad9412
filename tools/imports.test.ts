import assert from 'node:assert/strict';
import { dirname, join, normalize } from 'node:path';
import { type Source, sources } from './sources.js';

/** Which folders a folder may import from, beside itself. The design's one-way rule. */
const mayImport: Record<string, string[]> = {
  api: [],
  storage: ['api'],
  apiserver: ['api', 'storage'],
  client: ['api'],
  controllers: ['api', 'client'],
  scheduler: ['api', 'client'],
  kubelet: ['api', 'client'],
  proxy: ['api', 'client'],
  cli: ['api', 'client', 'controllers', 'scheduler', 'kubelet', 'proxy', 'apiserver'],
  tools: ['api'],
};
/** What cli starts and so may see of the API server; the rest of it stays hidden. */
const apiserverForCli = /^apiserver\/(main|pki\/.*)\.js$/;

function importsOf(source: Source): string[] {
  const found = source.text.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g);
  return [...found].map(match => normalize(join(dirname(source.path), match[1] ?? '')));
}

/** 'proxy/a.ts imports kubelet/b.js', for each import that the rule forbids. */
function offences(all: readonly Source[]): string[] {
  return all.flatMap(source => {
    const folder = source.path.split('/')[0] ?? '';
    const allowed = mayImport[folder];
    if (!allowed) return [];
    return importsOf(source)
      .filter(target => {
        const other = target.split('/')[0] ?? '';
        if (other === folder) return false;
        if (folder === 'cli' && other === 'apiserver') return !apiserverForCli.test(target);
        return !allowed.includes(other);
      })
      .map(target => `${source.path} imports ${target}`);
  });
}

describe('the import rule', () => {
  it('holds in every file', () => {
    assert.deepEqual(offences(sources()), []);
  });

  it('sees an offence when there is one', () => {
    // Put together here, so that this file does not offend itself.
    const line = (target: string): string => `import x from '${target}';`;
    const text = [line('../kubelet/main.js'), line('../api/types.js')].join('\n');
    const bad = { path: 'proxy/main.ts', text };
    assert.deepEqual(offences([bad]), ['proxy/main.ts imports kubelet/main.js']);
  });
});
