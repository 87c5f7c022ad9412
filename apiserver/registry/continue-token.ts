/** The token that goes on with a list where its last page ended: the revision of the first page, and the last key. */
import { badRequest } from '../../api/status.js';

export interface Position {
  /** The list's revision; -1 for "whatever is current", after the history has been compacted away. */
  revision: number;
  /** The path of the last object of the page before: "namespace/name" or "name". */
  after: string;
}

export const encodeToken = ({ revision, after }: Position): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${after}\u0000` })).toString('base64url');

/** Throws BadRequest for what this server did not write. */
export function decodeToken(token: string): Position {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && typeof start === 'string' && start.endsWith('\u0000')) {
      return { revision: rv as number, after: start.slice(0, -1) };
    }
  } catch {
    // falls through to the refusal that all other damage gets
  }
  throw badRequest('continue key is not valid: it was not issued by this server, or it was changed');
}
