import { clone, fill, semanticEqual } from '../../json.js';
import { validateAnnotations, validateLabels } from '../../meta/labels.js';
import type { FieldError } from '../../status.js';
import type { StatefulSet } from '../../types.js';
import { forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { amountOf, atMostAll, intOrPercent, notDecremented, notNegative } from '../../validation/numbers.js';
import { ageColumn, nameColumn, text } from '../columns.js';
import { defineKind } from '../define.js';
import { defaultClaim } from '../persistentvolumeclaim/defaults.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { containerColumns } from '../workload/columns.js';
import { validateCounts } from '../workload/replicas.js';
import { defaultTemplate, validateEndless, validateMatch, validateSelector } from '../workload/template.js';

type Spec = NonNullable<StatefulSet['spec']>;
type Strategy = NonNullable<Spec['updateStrategy']>;

const nothingYet = () => ({ replicas: 0, availableReplicas: 0 });

function defaultStrategy(strategy: Strategy): void {
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    fill(strategy, 'rollingUpdate', {});
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) fill(strategy.rollingUpdate, 'partition', 0);
}

function defaults(set: StatefulSet): void {
  fill(set, 'spec', {} as Spec);
  fill(set, 'status', nothingYet());
  const spec = set.spec as Spec;
  if (!spec.podManagementPolicy) spec.podManagementPolicy = 'OrderedReady';
  fill(spec, 'updateStrategy', {});
  defaultStrategy(spec.updateStrategy as Strategy);
  fill(spec, 'persistentVolumeClaimRetentionPolicy', {});
  const retention = spec.persistentVolumeClaimRetentionPolicy as NonNullable<
    Spec['persistentVolumeClaimRetentionPolicy']
  >;
  if (!retention.whenDeleted) retention.whenDeleted = 'Retain';
  if (!retention.whenScaled) retention.whenScaled = 'Retain';
  fill(spec, 'replicas', 1);
  fill(spec, 'revisionHistoryLimit', 10);
  defaultTemplate(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) {
    // Their type is always shown, although it can be no other.
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
    fill(claim, 'metadata', {});
    defaultClaim(claim);
  }
}

function validateStrategy(strategy: Strategy): FieldError[] {
  const path = 'spec.updateStrategy';
  const { type, rollingUpdate } = strategy;
  if (!type) return [required(path)];
  if (type === 'OnDelete') {
    if (!rollingUpdate) return [];
    return [invalidValue(`${path}.rollingUpdate`, rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  if (type !== 'RollingUpdate') return [invalidValue(path, strategy, "must be 'RollingUpdate' or 'OnDelete'")];
  const errors = notNegative(rollingUpdate, `${path}.rollingUpdate`, ['partition']);
  const most = rollingUpdate?.maxUnavailable;
  if (most === undefined || most === null) return errors;
  const field = `${path}.rollingUpdate.maxUnavailable`;
  errors.push(...intOrPercent(most, field));
  if (amountOf(most) === 0) errors.push(invalidValue(field, most, 'cannot be 0'));
  return [...errors, ...atMostAll(most, field)];
}

function validateRetention(policy: Spec['persistentVolumeClaimRetentionPolicy']): FieldError[] {
  return (['whenDeleted', 'whenScaled'] as const).flatMap(name => {
    const value = policy?.[name];
    if (value === 'Retain' || value === 'Delete') return [];
    return [notSupported(`spec.persistentVolumeClaimRetentionPolicy.${name}`, value, ['Delete', 'Retain'])];
  });
}

function validate(set: StatefulSet): FieldError[] {
  const spec = set.spec ?? ({} as Spec);
  const errors: FieldError[] = [];
  const policy = spec.podManagementPolicy;
  if (!policy) errors.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  const template = spec.template;
  return [
    ...errors,
    ...validateStrategy(spec.updateStrategy ?? {}),
    ...validateRetention(spec.persistentVolumeClaimRetentionPolicy),
    ...notNegative(spec, 'spec', ['replicas', 'minReadySeconds', 'revisionHistoryLimit']),
    ...notNegative(spec.ordinals, 'spec.ordinals', ['start']),
    ...validateSelector(spec.selector, 'statefulset'),
    ...validateMatch(spec.selector, template, 'spec.template'),
    // Not the pod's spec: its mounts may be of claims, which only each pod's own volumes will name.
    ...validateLabels(template?.metadata?.labels, 'spec.template.labels'),
    ...validateAnnotations(template?.metadata?.annotations, 'spec.template.annotations'),
    ...validateEndless(template, 'StatefulSet', 'spec.template'),
    ...validateCounts(
      set.status,
      ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      ['observedGeneration', 'collisionCount'],
    ),
  ];
}

const mayChange = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const satisfies readonly (keyof Spec)[];

function rest(set: StatefulSet): unknown {
  const spec: Partial<Spec> = clone(set.spec ?? ({} as Spec));
  for (const name of mayChange) delete spec[name];
  for (const claim of spec.volumeClaimTemplates ?? []) delete claim.status;
  return spec;
}

function validateUpdate(set: StatefulSet, old: StatefulSet): FieldError[] {
  const errors = notDecremented(set.status?.collisionCount, old.status?.collisionCount, 'status.collisionCount');
  if (semanticEqual(rest(set), rest(old))) return errors;
  const named = mayChange.map(name => `'${name}'`);
  const list = `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
  return [...errors, forbiddenField('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
}

export const statefulSetRow = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  model: 'V1StatefulSet',
  // Its name becomes the name of a host.
  nameRule: 'dns1123Label',
  scale: { specReplicas: 'spec.replicas', statusReplicas: 'status.replicas', selector: 'spec.selector' },
  columns: [
    nameColumn,
    text('Ready', set => `${set.status?.readyReplicas ?? 0}/${set.spec?.replicas ?? 0}`),
    ageColumn,
    ...containerColumns<StatefulSet>(set => set.spec?.template),
  ],
  defaults,
  prepareCreate(set) {
    set.status = nothingYet();
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: set => set.spec,
  validate,
  validateUpdate,
});
