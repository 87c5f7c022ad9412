/** Which names a definition gets, and what its conditions say of that. Pure. */
import { timestamp } from '../../api/clock.js';
import { deepEqual } from '../../api/json.js';
import type { KindRow } from '../../api/kinds/row.js';
import type { CustomResourceDefinition } from '../../api/types.js';

type Names = CustomResourceDefinition['spec']['names'];
type Status = NonNullable<CustomResourceDefinition['status']>;
type Condition = NonNullable<Status['conditions']>[number];
type Said = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Conflicts are looked for within a group, among the names that others have been given. */
interface Taken {
  resources: ReadonlySet<string>;
  kinds: ReadonlySet<string>;
}

/** Names of a kind that the server is built with. */
type Builtin = Pick<KindRow, 'plural' | 'singular' | 'shortNames' | 'kind'>;

function takenBy(others: readonly CustomResourceDefinition[], builtin: readonly Builtin[]): Taken {
  const named = builtin.map(row => ({ ...row, shortNames: [...row.shortNames], listKind: `${row.kind}List` }));
  const accepted = [...others.flatMap(({ status }) => status?.acceptedNames ?? []), ...named];
  const resources = accepted.flatMap(({ plural, singular, shortNames = [] }) => [
    plural,
    singular ?? '',
    ...shortNames,
  ]);
  const kinds = accepted.flatMap(({ kind, listKind }) => [kind, listKind ?? '']);
  return {
    resources: new Set(resources.filter(name => name !== '')),
    kinds: new Set(kinds.filter(name => name !== '')),
  };
}

interface Accepted {
  names: Names;
  condition: Said;
}

const free: Said = { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' };
const conflict = (reason: string, message: string): Said => ({
  type: 'NamesAccepted',
  status: 'False',
  reason,
  message,
});
const inUse = (name: string): string => `${JSON.stringify(name)} is already in use`;

/** Each name by itself: what is taken stays as it was accepted before. `others` and `builtin` are those of the same group. */
function acceptNames(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  builtin: readonly Builtin[],
): Accepted {
  const { resources, kinds } = takenBy(others, builtin);
  const wanted = crd.spec.names;
  const names: Names = { ...(crd.status?.acceptedNames ?? { plural: '', kind: '' }) };
  let condition = free;
  const take = <K extends keyof Names>(field: K, taken: ReadonlySet<string>, reason: string): void => {
    const name = (wanted[field] ?? '') as string;
    if (name !== '' && taken.has(name)) condition = conflict(reason, inUse(name));
    else names[field] = wanted[field] as Names[K];
  };
  take('plural', resources, 'PluralConflict');
  take('singular', resources, 'SingularConflict');
  const shortTaken = (wanted.shortNames ?? []).filter(name => resources.has(name));
  if (shortTaken.length > 0) condition = conflict('ShortNamesConflict', shortTaken.map(inUse).join(', '));
  else names.shortNames = wanted.shortNames ?? [];
  take('kind', kinds, 'KindConflict');
  take('listKind', kinds, 'ListKindConflict');
  if (wanted.categories) names.categories = wanted.categories;
  else delete names.categories;
  if (names.shortNames?.length === 0) delete names.shortNames;
  return { names, condition };
}

const isTrue = (status: Status | undefined, type: string): boolean =>
  status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;

export const isEstablished = ({ status }: CustomResourceDefinition): boolean => isTrue(status, 'Established');

/** The status that the definition should have; undefined when it has it. `now` in milliseconds. */
export function statusFor(
  crd: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  builtin: readonly Builtin[],
  now: number,
): Status | undefined {
  const { names, condition } = acceptNames(crd, others, builtin);
  const accepted = condition.status === 'True';
  const established: Said =
    accepted || isEstablished(crd)
      ? {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        }
      : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
  const isOpen = crd.metadata.annotations?.['api-approved.kubernetes.io'];
  const approved = isOpen && /(^|\.)(k8s|kubernetes)\.io$/.test(crd.spec.group) ? [approval(isOpen)] : [];
  const said = [condition, established, ...approved];
  const status = {
    ...crd.status,
    acceptedNames: names,
    conditions: withConditions(crd.status?.conditions ?? [], said, now),
  };
  return deepEqual(status, crd.status) ? undefined : status;
}

const policy = 'KubernetesAPIApprovalPolicyConformant';

const approval = (said: string): Said =>
  said.startsWith('unapproved')
    ? {
        type: policy,
        status: 'False',
        reason: 'UnapprovedAnnotation',
        message: `not approved: ${JSON.stringify(said)}`,
      }
    : { type: policy, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${said}` };

/** Conditions keep their place, and the time at which they last changed. */
export function withConditions(conditions: readonly Condition[], said: readonly Said[], now: number): Condition[] {
  const next = [...conditions];
  for (const condition of said) {
    const at = next.findIndex(({ type }) => type === condition.type);
    const before = next[at];
    const lastTransitionTime = before?.status === condition.status ? before.lastTransitionTime : undefined;
    const made = { ...condition, lastTransitionTime: lastTransitionTime ?? timestamp(now) };
    if (at < 0) next.push(made);
    else next[at] = made;
  }
  return next;
}
