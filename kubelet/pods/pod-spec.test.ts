/** The page testing/pod-spec.ts is true and complete: no field of a pod is passed over in silence. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Model, modelOf, type Type } from '../../api/schema/models.js';
import type { Container, Pod, PodSpec, Volume } from '../../api/types.js';
import { prepareEmptyDir } from '../volumes/empty-dir.js';
import { payloadOf } from '../volumes/payload.js';
import { sourceOfVolume } from '../volumes/source.js';
import { containerEnv } from './config/env.js';
import { refusal } from './config/refusals.js';
import { alike, elsewhere, honoured, refused, withoutEffect } from './testing/pod-spec.js';

const here = fileURLToPath(import.meta.url);
const root = join(dirname(here), '../..');
/** Of a source file, as it runs. */
const textOf = (file: string): string =>
  readFileSync(join(root, `${file}${here.endsWith('.ts') ? '.ts' : '.js'}`), 'utf8');
const words = (text: string): string[] => text.split(' ').filter(Boolean);

const wholly = Object.keys(refused).filter(key => !key.includes(':'));
const goesNoFurther = new Set([...wholly, ...Object.keys(elsewhere), ...Object.keys(withoutEffect)]);

const modelIn = (type: Type): string | undefined => {
  if (type.kind === 'list') return modelIn(type.items);
  if (type.kind === 'map') return modelIn(type.values);
  return type.kind === 'object' ? type.model : undefined;
};

/** 'PodSpec.hostname', ...: all that can be said in a spec, but for what is in a field that is not honoured here. */
function allFields(): string[] {
  const found: string[] = [];
  const models = new Map<string, Model>([['PodSpec', modelOf('V1PodSpec')]]);
  for (const [name, { fields }] of models) {
    const known = alike[name] === undefined ? new Set<string>() : new Set(modelOf(`V1${alike[name]}`).fields.keys());
    for (const { name: field, type } of fields.values()) {
      if (known.has(field)) continue;
      const path = `${name}.${field}`;
      found.push(path);
      const inner = modelIn(type);
      if (inner !== undefined && !goesNoFurther.has(path)) models.set(inner.replace(/^(Core)?V1/, ''), modelOf(inner));
    }
  }
  return found;
}

const honouredFields = Object.entries(honoured).flatMap(([model, files]) =>
  Object.values(files).flatMap(fields => words(fields).map(field => `${model}.${field}`)),
);

describe('the fields of a pod', () => {
  it('are each honoured, refused, left to others or without effect', () => {
    const listed = [...honouredFields, ...goesNoFurther].sort();
    assert.deepEqual(listed, allFields().sort());
  });

  it('of which a value is refused are honoured otherwise', () => {
    for (const key of Object.keys(refused).filter(name => name.includes(':')))
      assert.ok(honouredFields.includes(key.split(':')[0] ?? ''), key);
  });

  for (const [model, files] of Object.entries(honoured))
    for (const [file, fields] of Object.entries(files))
      it(`${model} in ${file}: ${fields}`, () => {
        const text = textOf(file);
        for (const field of words(fields))
          assert.match(text, new RegExp(`\\b${field}\\b`), `${field} is not in ${file}`);
      });

  for (const [path, file] of Object.entries(elsewhere))
    it(`${path} in ${file}`, () => assert.match(textOf(file), new RegExp(`\\b${path.split('.')[1]}\\b`)));

  for (const [path, [spec, words]] of Object.entries(refused))
    it(`refused: ${path}`, async () => assert.match(await answerTo(spec), words));

  it('say nothing where nothing is refused', async () =>
    assert.equal(
      await answerTo({ containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', emptyDir: {} }] }),
      '',
    ));
});

/** What a kubelet says of the spec before anything of it runs; empty when it goes on. */
async function answerTo(spec: PodSpec): Promise<string> {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'd', uid: 'u' }, spec } as Pod;
  const runtime = { handlers: [], supplementalGroupsPolicy: false };
  const rejected = refusal(pod, { selinux: true, apparmor: false, runtime });
  if (rejected) return `${rejected.reason}: ${rejected.message}`;
  try {
    for (const volume of spec.volumes ?? []) await prepare(volume, pod);
    for (const container of spec.containers) await environment(container, pod);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const facts = {
  nodeName: 'n',
  nodeIP: '',
  podIPs: [],
  allocatable: { cpu: '1', memory: '1', 'ephemeral-storage': '1' },
};
const nothing = { configMap: async () => undefined, secret: async () => undefined, facts };

async function prepare(volume: Volume, pod: Pod): Promise<void> {
  const source = sourceOfVolume(volume);
  await payloadOf(volume, pod, { ...nothing, token: async () => '' });
  if (source.kind !== 'emptyDir') return;
  const dir = mkdtempSync(join(tmpdir(), 'okubelet-'));
  await prepareEmptyDir(source.emptyDir, dir, 1).finally(() => rmSync(dir, { recursive: true }));
}

const environment = (container: Container, pod: Pod) =>
  containerEnv(pod, container, { ...nothing, services: [], envFile: async () => undefined });
