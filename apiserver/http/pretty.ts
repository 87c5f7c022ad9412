/** JSON for people: with line breaks, for those who ask (`?pretty=true`) and for browsers and curl, as in Kubernetes. */
import type { Representation } from '../cache/representation.js';
import type { ApiRequest, ApiResponse } from '../contracts.js';

const said = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map(word => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map(word => [word, false] as const),
]);
const tools = /^(?:curl|Wget|Mozilla\/5\.0)/;

export function wantsPretty({ headers, target }: Pick<ApiRequest, 'headers' | 'target'>): boolean {
  if (target.includes('pretty=')) {
    const asked = new URL(target, 'https://localhost').searchParams.get('pretty');
    if (asked) return said.get(asked) ?? false;
  }
  const agent = headers['user-agent'];
  return typeof agent === 'string' && tools.test(agent);
}

const indented = (...parts: readonly Uint8Array[]): Buffer =>
  Buffer.from(JSON.stringify(JSON.parse(Buffer.concat(parts).toString()), null, 2));

/** Events of a watch stay lines. */
export const inPrettyJson = (json: Representation): Representation => ({
  ...json,
  key: `pretty/${json.key}`,
  object: entry => indented(json.object(entry)),
  list: (entries, meta) => [indented(...json.list(entries, meta))],
});

/** A refusal, as the same client sees everything else. */
export const prettyRefusal = (response: ApiResponse): ApiResponse => ({
  ...response,
  body: [indented(...response.body)],
});
