/** The options of list, watch and deletecollection, checked as Kubernetes checks metav1.ListOptions. */
import { badRequest, type FieldError, invalid } from '../../api/status.js';
import { forbiddenField, invalidValue, notSupported } from '../../api/validation/errors.js';
import { isTrue } from '../http/request-info.js';

export interface ListOptions {
  labelSelector: string;
  fieldSelector: string;
  /** 0 is no limit. */
  limit: number;
  continue: string;
  /** '' is the most recent; '0' is whatever the cache has. */
  resourceVersion: string;
  resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
  allowWatchBookmarks: boolean;
  sendInitialEvents: boolean | undefined;
  timeoutSeconds: number | undefined;
}

/** Throws BadRequest or Invalid. */
export function parseListOptions(query: URLSearchParams, watching: boolean): ListOptions {
  const options: ListOptions = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    limit: integer(query, 'limit') ?? 0,
    continue: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: (query.get('resourceVersionMatch') ?? '') as ListOptions['resourceVersionMatch'],
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? isTrue(query.get('sendInitialEvents')) : undefined,
    timeoutSeconds: integer(query, 'timeoutSeconds'),
  };
  const wrong = [...(watching ? wrongForWatch(options) : wrongForList(options)), ...wrongVersion(options)];
  if (wrong.length > 0) throw invalid('ListOptions', 'meta.k8s.io', '', wrong);
  if (options.continue !== '' && options.resourceVersion !== '' && options.resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  return options;
}

/** Undefined when absent; throws BadRequest for what is no non-negative integer. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be an integer`);
  }
  return value;
}

const match = 'resourceVersionMatch';

function wrongVersion({ resourceVersion: version, resourceVersionMatch: how }: ListOptions): FieldError[] {
  const wrong: FieldError[] = [];
  if (version !== '' && (!/^\d+$/.test(version) || !Number.isSafeInteger(Number(version)))) {
    wrong.push(invalidValue('resourceVersion', version, 'must be a non-negative integer'));
  }
  if (how === '') return wrong;
  if (how !== 'Exact' && how !== 'NotOlderThan') wrong.push(notSupported(match, how, ['Exact', 'NotOlderThan', '']));
  if (how === 'Exact' && version === '0') {
    wrong.push(forbiddenField(match, `${match} "exact" is forbidden for resourceVersion "0"`));
  }
  return wrong;
}

function wrongForList(options: ListOptions): FieldError[] {
  const wrong: FieldError[] = [];
  if (options.resourceVersionMatch !== '') {
    if (options.resourceVersion === '') {
      wrong.push(forbiddenField(match, `${match} is forbidden unless resourceVersion is provided`));
    }
    if (options.continue !== '') wrong.push(forbiddenField(match, `${match} is forbidden when continue is provided`));
  }
  if (options.sendInitialEvents !== undefined) {
    wrong.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return wrong;
}

function wrongForWatch(options: ListOptions): FieldError[] {
  const { resourceVersionMatch: how, sendInitialEvents, allowWatchBookmarks } = options;
  if (sendInitialEvents === undefined) {
    return how === ''
      ? []
      : [forbiddenField(match, `${match} is forbidden for watch unless sendInitialEvents is provided`)];
  }
  const wrong: FieldError[] = [];
  if (how !== 'NotOlderThan') {
    wrong.push(
      how === ''
        ? forbiddenField(match, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
        : notSupported(match, how, ['NotOlderThan']),
    );
  }
  if (sendInitialEvents && !allowWatchBookmarks) {
    wrong.push(forbiddenField('sendInitialEvents', 'sendInitialEvents requires allowWatchBookmarks to be true'));
  }
  return wrong;
}
