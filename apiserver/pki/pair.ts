/** A certificate and its key, as files: kept while good, issued when not. */
import { type Pem, whyRenew } from './assess.js';
import type { Authority } from './authority.js';
import { readIfThere, writeWhole } from './files.js';
import type { Identity } from './identities.js';
import type { KeyPair } from './paths.js';

export type Issue = (identity: Identity) => Promise<Pem>;

/** The first certificate that must be issued loads the library; a start with good files loads nothing. */
export function lazyIssuer(authority: Authority, now: number): Issue {
  let ready: Promise<Issue> | undefined;
  const load = async (): Promise<Issue> => {
    const key = authority.key();
    const { issuer } = await import('./issue.js');
    return issuer(authority.pem, key, now);
  };
  return async identity => {
    ready ??= load();
    return (await ready)(identity);
  };
}

export async function ensurePair(
  files: KeyPair,
  identity: Identity,
  authority: Authority,
  issue: Issue,
  now: number,
): Promise<void> {
  const [cert, key] = await Promise.all([readIfThere(files.cert), readIfThere(files.key)]);
  const found = { ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
  if (whyRenew(found, identity, authority.cert, now) === undefined) return;
  const issued = await issue(identity);
  await writeWhole(files.key, issued.key, 0o600);
  await writeWhole(files.cert, issued.cert, 0o644);
}
