import assert from 'node:assert/strict';
import { judgesRow, made } from '../testing/rows.js';
import { podTemplateRow } from './podtemplate.js';

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'i' }] } };

judgesRow(podTemplateRow, {
  columns: [['what it would run', { template }, 'x | a | i | app=web']],
  validation: [
    ['a template', { template }, []],
    ['an empty one', {}, ['template.spec.containers: Required value']],
  ],
});

describe('a template of pods', () => {
  it('is defaulted as the pods that it makes', () => {
    const { spec } = made(podTemplateRow, { template }).template as { spec: { restartPolicy: string } };
    assert.equal(spec.restartPolicy, 'Always');
  });
});
