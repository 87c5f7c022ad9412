/** What `create` does (see create.ts for its flags). */
import type { AnyObject, TokenRequest } from '../../api/types.js';
import { cronJobs, serviceAccounts } from '../../client/resources.js';
import { Failure } from '../failure.js';
import { durationMs } from '../flags.js';
import { createAll, inWords } from '../objects/create.js';
import { dataOf, entriesOf } from '../objects/data-entries.js';
import { readManifests } from '../objects/files.js';
import { namedTargets } from '../objects/targets.js';
import { cronJobFor, deploymentFor, jobFor, jobFrom } from '../objects/workload-for.js';
import { withSession } from '../session.js';
import type { CreateFlags, CronJobFlags, DataFlags, DeploymentFlags, JobFlags, TokenFlags } from './create.js';

export function createFromFiles(args: readonly string[], flags: CreateFlags): Promise<void> {
  if (args.length > 0)
    throw new Failure(
      `Unexpected args: [${args.join(' ')}]: './orrery create --help' lists the kinds that can be said so`,
    );
  if (flags.filename === undefined) throw new Failure('must specify -f, or what to create: see orrery create --help');
  return withSession(flags, session => createAll(session, readManifests(flags), flags));
}

const createOne = (object: AnyObject, flags: CreateFlags): Promise<void> =>
  withSession(flags, session => createAll(session, [inWords(object)], flags));

export const createPlain = (kind: 'Namespace' | 'ServiceAccount', name: string, flags: CreateFlags): Promise<void> =>
  createOne({ apiVersion: 'v1', kind, metadata: { name } }, flags);

export const createConfigMap = (name: string, flags: DataFlags): Promise<void> =>
  createOne({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...dataOf(entriesOf(flags)) }, flags);

export function createSecret(name: string, flags: DataFlags): Promise<void> {
  const data = Object.fromEntries(entriesOf(flags).map(([key, value]) => [key, value.toString('base64')]));
  const type = flags.type === undefined ? {} : { type: flags.type };
  const entries = Object.keys(data).length > 0 ? { data } : {};
  return createOne({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...entries, ...type }, flags);
}

export function createToken(name: string, flags: TokenFlags): Promise<void> {
  return withSession(flags, async ({ client, namespace }) => {
    const seconds = flags.duration === undefined ? undefined : Math.round(durationMs(flags.duration) / 1000);
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      metadata: {},
      spec: { audiences: flags.audience ?? [], ...(seconds === undefined ? {} : { expirationSeconds: seconds }) },
    };
    const answer = await client.post<TokenRequest>(serviceAccounts, { namespace, name }, 'token', request);
    process.stdout.write(`${answer.status?.token}${process.stdout.isTTY ? '\n' : ''}`);
  });
}

export const createDeployment = (name: string, command: readonly string[], flags: DeploymentFlags): Promise<void> =>
  createOne(deploymentFor(name, command, flags), flags);

export const createCronJob = (name: string, command: readonly string[], flags: CronJobFlags): Promise<void> =>
  createOne(cronJobFor(name, command, flags), flags);

export function createJob(name: string, command: readonly string[], flags: JobFlags): Promise<void> {
  const { image, from } = flags;
  if ((image === undefined) === (from === undefined)) throw new Failure('either --image or --from must be specified');
  if (image !== undefined) return createOne(jobFor(name, image, command), flags);
  if (command.length > 0) throw new Failure('cannot specify --from and command');
  return withSession(flags, async session => {
    const [target] = await namedTargets(session, [from ?? ''], {});
    if (target?.resource.plural !== 'cronjobs') throw new Failure(`from must be an existing cronjob: ${from}`);
    const cronJob = await session.client.get(cronJobs, { namespace: session.namespace, name: target.name });
    await createAll(session, [inWords(jobFrom(cronJob, name))], flags);
  });
}
