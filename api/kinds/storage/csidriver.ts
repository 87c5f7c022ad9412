import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { CSIDriver } from '../../types.js';
import { duplicate, immutable, invalidValue, notSupported } from '../../validation/errors.js';
import { ageColumn, flag, nameColumn, none, text, unset } from '../columns.js';
import { defineKind } from '../define.js';
import { storageGroup } from './parameters.js';

type Spec = CSIDriver['spec'];
type TokenRequest = NonNullable<Spec['tokenRequests']>[number];

const groupPolicies = ['File', 'None', 'ReadWriteOnceWithFSType'];
const lifecycleModes = ['Persistent', 'Ephemeral'];
const leastTokenSeconds = 600;
const mostTokenSeconds = 2 ** 32;
const leastUpdateSeconds = 10;

function defaults(driver: CSIDriver): void {
  fill(driver, 'spec', {});
  const { spec } = driver;
  fill(spec, 'attachRequired', true);
  fill(spec, 'podInfoOnMount', false);
  fill(spec, 'storageCapacity', false);
  fill(spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
  fill(spec, 'requiresRepublish', false);
  fill(spec, 'seLinuxMount', false);
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
}

/** One token an audience; the cluster's own has the empty name. */
function validateTokens(requests: readonly TokenRequest[]): FieldError[] {
  const audiences = requests.map(({ audience }) => audience ?? '');
  return requests.flatMap(({ expirationSeconds: seconds }, index) => {
    const path = `spec.tokenRequests[${index}]`;
    const audience = audiences[index] as string;
    if (audiences.indexOf(audience) < index) return [duplicate(`${path}.audience`, audience)];
    const field = `${path}.expirationSeconds`;
    if (seconds == null) return [];
    if (seconds < leastTokenSeconds) {
      return [invalidValue(field, seconds, 'may not specify a duration less than 10 minutes')];
    }
    if (seconds <= mostTokenSeconds) return [];
    return [invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  });
}

function validate({ spec }: CSIDriver): FieldError[] {
  const { fsGroupPolicy, tokenRequests, volumeLifecycleModes, nodeAllocatableUpdatePeriodSeconds: period } = spec ?? {};
  const errors: FieldError[] = [];
  if (fsGroupPolicy != null && !groupPolicies.includes(fsGroupPolicy)) {
    errors.push(notSupported('spec.fsGroupPolicy', fsGroupPolicy, groupPolicies));
  }
  errors.push(...validateTokens(tokenRequests ?? []));
  for (const mode of volumeLifecycleModes ?? []) {
    if (!lifecycleModes.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, lifecycleModes));
  }
  if (period != null && period < leastUpdateSeconds) {
    const why = `must be greater than or equal to ${leastUpdateSeconds} seconds`;
    errors.push(invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', period, why));
  }
  return errors;
}

/** What volumes that exist were attached and mounted by cannot change under them. */
function validateUpdate({ spec }: CSIDriver, { spec: old }: CSIDriver): FieldError[] {
  return (['attachRequired', 'volumeLifecycleModes'] as const)
    .filter(field => !semanticEqual(spec?.[field], old?.[field]))
    .map(field => immutable(`spec.${field === 'attachRequired' ? 'attachedRequired' : field}`, spec?.[field]));
}

export const csiDriverRow = defineKind<CSIDriver>({
  group: storageGroup,
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  namespaced: false,
  model: 'V1CSIDriver',
  columns: [
    nameColumn,
    flag('AttachRequired', driver => driver.spec?.attachRequired ?? true),
    flag('PodInfoOnMount', driver => driver.spec?.podInfoOnMount ?? false),
    flag('StorageCapacity', driver => driver.spec?.storageCapacity ?? false),
    text('TokenRequests', driver => driver.spec?.tokenRequests?.map(token => token.audience).join(',') ?? unset),
    flag('RequiresRepublish', driver => driver.spec?.requiresRepublish ?? false),
    text('Modes', driver => driver.spec?.volumeLifecycleModes?.join(',') || none),
    ageColumn,
  ],
  defaults,
  generationOf: driver => driver.spec,
  validate,
  validateUpdate,
});
