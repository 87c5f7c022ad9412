/** What `auth` does (see auth.ts for its flags). */
import type { AnyObject } from '../../api/types.js';
import type { Resource } from '../../client/client.js';
import { Failure } from '../failure.js';
import type { ServerResource } from '../objects/discovery.js';
import { findResource } from '../objects/resolve.js';
import { alignedText } from '../output/columns.js';
import { parseObjectFormat, render } from '../output/format.js';
import { withSession } from '../session.js';
import type { CanIFlags, WhoAmIFlags } from './auth.js';

const review = (group: string, kind: string): Resource<AnyObject> => ({
  group,
  version: 'v1',
  plural: `${kind.toLowerCase()}s`,
  kind,
  namespaced: false,
});
const accessReviews = review('authorization.k8s.io', 'SelfSubjectAccessReview');
const selfReviews = review('authentication.k8s.io', 'SelfSubjectReview');

interface Verdict {
  allowed: boolean;
  reason?: string;
  evaluationError?: string;
}

export function canI(
  verb: string,
  what: string | undefined,
  name: string | undefined,
  flags: CanIFlags,
): Promise<void> {
  if (what === undefined)
    throw new Failure('you must specify two arguments: verb resource or verb resource/resourceName.');
  const { allNamespaces, quiet = false, subresource } = flags;
  return withSession(flags, async ({ client, namespace, resources }) => {
    const where = allNamespaces ? '' : namespace;
    const spec = what.startsWith('/')
      ? { nonResourceAttributes: { verb, path: what } }
      : {
          resourceAttributes: {
            verb,
            namespace: where,
            ...asked(what, name, await resources(), flags),
            ...(subresource ? { subresource } : {}),
          },
        };
    const object = { apiVersion: 'authorization.k8s.io/v1', kind: accessReviews.kind, metadata: {}, spec };
    const { status } = (await client.create(accessReviews, object as AnyObject)) as unknown as { status: Verdict };
    if (!status.allowed) process.exitCode = 1;
    if (quiet) return;
    const why = [status.reason, status.evaluationError].filter(Boolean).map(text => ` - ${text}`);
    process.stdout.write(status.allowed ? 'yes\n' : `no${why.join('')}\n`);
  });
}

/** A kind that the server does not know may have rules all the same. */
function asked(
  what: string,
  given: string | undefined,
  known: readonly ServerResource[],
  { allNamespaces }: CanIFlags,
) {
  const [type = '', named] = what.split('/');
  const name = given ?? named;
  const rest = name === undefined ? {} : { name };
  if (type === '*') return { group: '*', resource: '*', ...rest };
  try {
    const { group, namespaced, plural } = findResource(type, known);
    const inGroup = group === '' ? '' : ` in group '${group}'`;
    if (!namespaced && !allNamespaces) warn(`resource '${plural}' is not namespace scoped${inGroup}`);
    return { group, resource: plural, ...rest };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [resource = '', ...group] = type.split('.');
    warn(
      `the server doesn't have a resource type '${resource}'${group.length > 0 ? ` in group '${group.join('.')}'` : ''}`,
    );
    return { group: group.join('.'), resource, ...rest };
  }
}

const warn = (text: string): boolean => process.stderr.write(`Warning: ${text}\n\n`);

interface UserInfo {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

export function whoAmI(flags: WhoAmIFlags): Promise<void> {
  const format = parseObjectFormat(flags.output);
  return withSession(flags, async ({ client }) => {
    const object: AnyObject = { apiVersion: 'authentication.k8s.io/v1', kind: selfReviews.kind, metadata: {} };
    const answer = await client.create(selfReviews, object);
    if (format) {
      const found = { object: answer, resource: { ...selfReviews, singular: 'selfsubjectreview' } as ServerResource };
      process.stdout.write(render(format, [found], { single: true }));
      return;
    }
    const { userInfo = {} } = (answer as unknown as { status: { userInfo?: UserInfo } }).status;
    process.stdout.write(alignedText([['ATTRIBUTE', 'VALUE'], ...attributes(userInfo)]));
  });
}

const attributes = ({ username, uid, groups = [], extra = {} }: UserInfo): string[][] => [
  ...(username ? [['Username', username]] : []),
  ...(uid ? [['UID', uid]] : []),
  ...(groups.length > 0 ? [['Groups', `[${groups.join(' ')}]`]] : []),
  ...Object.entries(extra)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, values]) => [`Extra: ${key}`, `[${values.join(' ')}]`]),
];
