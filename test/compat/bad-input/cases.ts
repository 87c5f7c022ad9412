/** How a row of bad input is written: what is sent, and the Status that answers it. */
import type { RawBody } from '../raw-client.js';

export const configMaps = '/api/v1/namespaces/default/configmaps';
export const pods = '/api/v1/namespaces/default/pods';
export const controllers = '/api/v1/namespaces/default/replicationcontrollers';
export const services = '/api/v1/namespaces/default/services';
export const kept = `${configMaps}/kept`;

export interface Bad {
  what: string;
  line: string;
  body?: RawBody;
  type?: string;
  code: number;
  reason: string;
  says: RegExp;
  /** Fields that the causes name, among others. */
  fields?: string[];
}

export const post = (
  what: string,
  path: string,
  body: RawBody,
  rest: Pick<Bad, 'code' | 'reason' | 'says'> & Partial<Bad>,
) => ({
  what,
  line: `POST ${path}`,
  body,
  ...rest,
});
export const badRequest = (says: RegExp) => ({ code: 400, reason: 'BadRequest', says });
export const tooLarge = (says: RegExp) => ({ code: 413, reason: 'RequestEntityTooLarge', says });
export const invalid = (says: RegExp, ...fields: string[]) => ({ code: 422, reason: 'Invalid', says, fields });
export const get = (what: string, path: string, rest: Pick<Bad, 'code' | 'reason' | 'says'> & Partial<Bad>): Bad => ({
  what,
  line: `GET ${path}`,
  ...rest,
});

export const named = (name: string, metadata: object = {}) => ({ metadata: { name, ...metadata } });
export const podWith = (container: object, spec: object = {}) => ({
  ...named('bad'),
  spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec },
});
export const nested = (open: string, close: string, levels: number): string =>
  open.repeat(levels) + close.repeat(levels);
export const times = (count: number, item: string): string => Array(count).fill(item).join(',');

export const parse = /^couldn't get version\/kind; json parse error: /;
