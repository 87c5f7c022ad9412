import { fill, semanticEqual } from '../../json.js';
import type { FieldError } from '../../status.js';
import type { PriorityLevelConfiguration } from '../../types.js';
import { forbiddenField, invalidValue, notSupported, required } from '../../validation/errors.js';
import { nonNegative } from '../../validation/strings.js';
import { ageColumn, nameColumn, none, text } from '../columns.js';
import { defineKind } from '../define.js';
import { keepSpec, keepStatus } from '../strategy.js';
import { validateConditions } from './conditions.js';
import { flowControlGroup, mandatoryLevels } from './objects.js';

type Spec = NonNullable<PriorityLevelConfiguration['spec']>;
type Limited = NonNullable<Spec['limited']>;
type Queuing = NonNullable<NonNullable<Limited['limitResponse']>['queuing']>;

const usualQueuing = { queues: 64, handSize: 8, queueLengthLimit: 50 };
const mostQueues = 10_000_000;
/** Shuffle sharding deals a hand from the bits of one hash: so many queues and so large a hand use them up. */
const mostHashBits = 60;

function defaults(level: PriorityLevelConfiguration): void {
  fill(level, 'spec', { type: '' });
  fill(level, 'status', {});
  const { exempt, limited } = level.spec as Spec;
  if (exempt) {
    fill(exempt, 'nominalConcurrencyShares', 0);
    fill(exempt, 'lendablePercent', 0);
  }
  if (!limited) return;
  fill(limited, 'nominalConcurrencyShares', 30);
  fill(limited, 'lendablePercent', 0);
  const queuing = limited.limitResponse?.queuing;
  if (queuing)
    for (const name of ['queues', 'handSize', 'queueLengthLimit'] as const) queuing[name] ||= usualQueuing[name];
}

function validateShares({ nominalConcurrencyShares: shares, lendablePercent: lendable }: Limited, path: string) {
  const errors: FieldError[] = [];
  if (shares != null && shares < 0) {
    errors.push(invalidValue(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'));
  }
  if (lendable != null && (lendable < 0 || lendable > 100)) {
    const why = 'must be between 0 and 100, inclusive';
    errors.push(invalidValue(`${path}.lendablePercent`, lendable, why));
  }
  return errors;
}

/** The bits of a hash that dealing uses: the logarithm of the number of hands. */
function hashBits(queues: number, handSize: number): number {
  let bits = 0;
  for (let i = 0; i < handSize; i++) bits += Math.log2(queues - i);
  return Math.ceil(bits);
}

function validateQueuing({ queues = 0, handSize = 0, queueLengthLimit = 0 }: Queuing, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0)
    errors.push(invalidValue(`${path}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  if (queues <= 0) errors.push(invalidValue(`${path}.queues`, queues, 'must be positive'));
  else if (queues > mostQueues) {
    errors.push(invalidValue(`${path}.queues`, queues, `must not be greater than ${mostQueues}`));
  }
  const field = `${path}.handSize`;
  if (handSize <= 0) errors.push(invalidValue(field, handSize, 'must be positive'));
  else if (handSize > queues) {
    const why = `should not be greater than queues (${queues})`;
    errors.push(invalidValue(field, handSize, why));
  } else if (hashBits(queues, handSize) > mostHashBits) {
    const why = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${mostHashBits}`;
    errors.push(invalidValue(field, handSize, why));
  }
  return errors;
}

function validateLimited(limited: Limited, path: string): FieldError[] {
  const errors = validateShares(limited, path);
  const { borrowingLimitPercent: borrowing, limitResponse: response } = limited;
  if (borrowing != null && borrowing < 0) {
    errors.push(invalidValue(`${path}.borrowingLimitPercent`, borrowing, nonNegative));
  }
  const at = `${path}.limitResponse`;
  if (response?.type === 'Reject') {
    if (response.queuing) {
      const why = 'must be nil if limited.limitResponse.type is not Limited';
      errors.push(forbiddenField(`${at}.queuing`, why));
    }
  } else if (response?.type === 'Queue') {
    if (response.queuing) errors.push(...validateQueuing(response.queuing, `${at}.queuing`));
    else errors.push(required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
  } else errors.push(notSupported(`${at}.type`, response?.type ?? '', ['Queue', 'Reject']));
  return errors;
}

function validateType({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  const { type = '', limited, exempt } = spec ?? {};
  const errors: FieldError[] = [];
  if ((metadata.name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalidValue('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"));
  }
  if (type === 'Exempt') {
    if (limited) errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    if (exempt) errors.push(...validateShares(exempt as Limited, 'spec.exempt'));
    return errors;
  }
  if (type !== 'Limited') return [...errors, notSupported('spec.type', type, ['Exempt', 'Limited'])];
  if (exempt) errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
  if (!limited) return [...errors, required('spec.limited', 'must not be empty when type is Limited')];
  return [...errors, ...validateLimited(limited, 'spec.limited')];
}

/** How many shares the exempt level has, and how many it lends, are the user's to say; all else is fixed. */
function validateMandatory({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  const fixed = mandatoryLevels.find(each => each.metadata.name === metadata.name)?.spec;
  if (!fixed) return [];
  const comparable = metadata.name === 'exempt' ? { ...spec, exempt: fixed.exempt } : spec;
  if (semanticEqual(comparable, fixed)) return [];
  return [invalidValue('spec', spec, `spec of '${metadata.name}' must equal the fixed value`)];
}

const limitedText = (name: string, read: (limited: Limited) => number | undefined) =>
  text<PriorityLevelConfiguration>(name, ({ spec }) => String((spec?.limited && read(spec.limited)) ?? none));

export const priorityLevelConfigurationRow = defineKind<PriorityLevelConfiguration>({
  group: flowControlGroup,
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  namespaced: false,
  subresources: ['status'],
  model: 'V1PriorityLevelConfiguration',
  columns: [
    nameColumn,
    text('Type', level => level.spec?.type ?? ''),
    text('NominalConcurrencyShares', ({ spec }) =>
      String((spec?.limited ?? spec?.exempt)?.nominalConcurrencyShares ?? none),
    ),
    limitedText('Queues', limited => limited.limitResponse?.queuing?.queues),
    limitedText('HandSize', limited => limited.limitResponse?.queuing?.handSize),
    limitedText('QueueLengthLimit', limited => limited.limitResponse?.queuing?.queueLengthLimit),
    ageColumn,
  ],
  defaults,
  prepareCreate(level) {
    level.status = {};
  },
  prepareUpdate: keepStatus,
  prepareStatusUpdate: keepSpec,
  generationOf: level => level.spec,
  validate: level => [...validateType(level), ...validateMandatory(level), ...validateConditions(level)],
});
