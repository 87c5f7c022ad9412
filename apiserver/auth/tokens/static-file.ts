/** `--token-auth-file`: tokens that never end, for tests and labs. A line is token,user,uid,"group1,group2". */
import { createHash } from 'node:crypto';
import type { User } from '../../contracts.js';
import { withAuthenticated } from '../well-known.js';
import type { PlainTokenAuthenticator } from './chain.js';

/** Throws an Error that names the line which is not understood; never the token in it. */
export function staticTokens(text: string, path: string): PlainTokenAuthenticator {
  const users = new Map<string, User>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const fields = fieldsOf(line);
    const [token = '', name = '', uid = '', groups = ''] = fields ?? [];
    const where = `line ${index + 1} of the token file ${path}`;
    if (!fields || fields.length < 3) {
      throw new Error(`${where} is not understood: it must be token,user,uid or token,user,uid,"group1,group2"`);
    }
    if (token === '' || name === '') throw new Error(`${where} has no ${token === '' ? 'token' : 'user'}`);
    if (users.has(digest(token))) throw new Error(`${where} has the token of another line`);
    users.set(digest(token), userOf(name, uid, groups));
  }
  return { userOf: token => users.get(digest(token)) };
}

const userOf = (name: string, uid: string, groups: string): User => ({
  name,
  ...(uid === '' ? {} : { uid }),
  groups: withAuthenticated(groups.split(',').filter(group => group !== '')),
});

/** Looked up by its digest, so that the time it takes says nothing of how much of a guess was right. */
const digest = (token: string): string => createHash('sha256').update(token).digest('base64');

/** A line of comma separated values, where quotes hold commas, and doubled ones quotes. undefined when it is none. */
function fieldsOf(line: string): string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const match = /^\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/.exec(rest);
    if (!match) return undefined;
    fields.push((match[1] ?? match[2] ?? '').replaceAll('""', '"').trim());
    if (match[3] === '') return fields;
    rest = rest.slice(match[0].length);
  }
}
