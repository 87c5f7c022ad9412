/** Answers as YAML, for people with a browser or curl: what the JSON says, written otherwise. */
import { toYaml } from '../../api/yaml.js';
import type { Representation } from '../cache/representation.js';

const rewritten = (...parts: readonly Buffer[]): Buffer =>
  Buffer.from(toYaml(JSON.parse(Buffer.concat(parts).toString())));

export const inYaml = (json: Representation): Representation => ({
  ...json,
  key: `yaml/${json.key}`,
  contentType: 'application/yaml',
  object: entry => rewritten(json.object(entry)),
  list: (entries, meta) => [rewritten(...json.list(entries, meta))],
});
