import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseManifests, readManifests } from './files.js';

const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`;

describe('manifests', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'orrery-manifests-'));
    mkdirSync(join(folder, 'deeper'));
    writeFileSync(join(folder, 'b.yaml'), `${pod('b1')}---\n${pod('b2')}`);
    writeFileSync(join(folder, 'a.json'), '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}');
    writeFileSync(join(folder, 'deeper', 'c.yml'), pod('c'));
    writeFileSync(join(folder, 'notes.txt'), 'not a manifest');
  });
  after(() => rmSync(folder, { recursive: true }));
  const names = (recursive: boolean): unknown[] =>
    readManifests({ filename: [folder], recursive }).map(manifest => manifest.object.metadata.name);

  it('of a folder are its files by name, with folders below only when asked for', () => {
    assert.deepEqual(names(false), ['a', 'b1', 'b2']);
    assert.deepEqual(names(true), ['a', 'b1', 'b2', 'c']);
  });

  it('of a List are its items', () => {
    const list = parseManifests(
      'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: x}}\n',
      'f',
    );
    assert.deepEqual(
      list.map(manifest => manifest.object.metadata.name),
      ['x'],
    );
  });

  it('that are not YAML are refused with file, line and column', () => {
    assert.throws(() => parseManifests('kind: Pod\n  bad: [1\n', 'web.yaml'), /^Failure: web\.yaml:\d+:\d+: /);
  });

  it("that lack apiVersion or kind are refused with the document's number", () => {
    assert.throws(() => parseManifests(`${pod('a')}---\nkind: Pod\n`, 'web.yaml'), {
      message: 'web.yaml, document 2: apiVersion not set',
    });
    assert.throws(() => readManifests({ filename: ['/nowhere.yaml'] }), {
      message: 'the path "/nowhere.yaml" does not exist',
    });
  });
});
