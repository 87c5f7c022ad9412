/** The kinds that ask rather than store: who does this token make, may this user do that, what may I do at all. */
import type { AnyObject } from '../../api/types.js';
import type { Authorizer, CreateHandler, RequestInfo, User } from '../contracts.js';
import type { RuleSource } from './rbac/authorizer.js';
import type { TokenChain } from './tokens/chain.js';

/** As it stood in a URL, or taken apart. */
interface FieldSelectorAttributes {
  rawSelector?: string;
  requirements?: { key: string; operator: string; values?: string[] }[];
}

interface Attributes {
  resourceAttributes?: {
    namespace?: string;
    verb?: string;
    group?: string;
    version?: string;
    resource?: string;
    subresource?: string;
    name?: string;
    fieldSelector?: FieldSelectorAttributes | null;
  } | null;
  nonResourceAttributes?: { path?: string; verb?: string } | null;
}

interface AccessSpec extends Attributes {
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

/** By the plural of the kind. Their rows (api/kinds/review) have checked the objects. */
export function reviewHandlers(authorizer: Authorizer & RuleSource, tokens: TokenChain): Map<string, CreateHandler> {
  const access: CreateHandler = ({ object }) => {
    const spec = (object.spec ?? {}) as AccessSpec;
    return answered(object, judge(authorizer, subjectOf(spec), spec));
  };
  return new Map<string, CreateHandler>([
    ['subjectaccessreviews', access],
    ['localsubjectaccessreviews', access],
    [
      'selfsubjectaccessreviews',
      ({ object, user }) => answered(object, judge(authorizer, user, (object.spec ?? {}) as Attributes)),
    ],
    ['selfsubjectrulesreviews', ({ object, user }) => answered(object, rulesStatus(authorizer, user, object))],
    ['selfsubjectreviews', ({ object, user }) => answered(object, { userInfo: userInfo(user) })],
    ['tokenreviews', async ({ object }) => answered(object, await tokenStatus(tokens, object))],
  ]);
}

const answered = (object: AnyObject, status: object): AnyObject => ({ ...object, status });

const subjectOf = ({ user = '', groups = [], uid, extra }: AccessSpec): User => ({
  name: user,
  groups,
  ...(uid ? { uid } : {}),
  ...(extra ? { extra } : {}),
});

function judge(authorizer: Authorizer, user: User, attributes: Attributes): object {
  const verdict = authorizer.authorize(user, requestOf(attributes));
  const denied = !verdict.allowed && verdict.denied === true;
  return {
    allowed: verdict.allowed,
    ...(denied ? { denied } : {}),
    ...(verdict.reason === '' ? {} : { reason: verdict.reason }),
  };
}

/** '*' as a verb, group or resource asks for all of them: only a rule with '*' says yes. */
function requestOf({ resourceAttributes: asked, nonResourceAttributes: path }: Attributes): RequestInfo {
  return {
    isResource: !!asked,
    path: path?.path ?? '',
    verb: (asked ? asked.verb : path?.verb) ?? '',
    group: asked?.group ?? '',
    version: asked?.version ?? '',
    namespace: asked?.namespace ?? '',
    resource: asked?.resource ?? '',
    subresource: asked?.subresource ?? '',
    name: asked?.name ?? '',
    ...fieldsOf(asked?.fieldSelector),
  };
}

/** Requirements that no selector in a URL can say are left out: what is asked for is then more, and never less. */
function fieldsOf(selector: FieldSelectorAttributes | null | undefined): Pick<RequestInfo, 'fieldSelector'> {
  const { rawSelector = '', requirements = [] } = selector ?? {};
  const plain = (text: string): string => text.replace(/[\\,=]/g, character => `\\${character}`);
  const said = requirements.flatMap(({ key, operator, values = [] }) => {
    const sign = operator === 'In' ? '=' : operator === 'NotIn' ? '!=' : undefined;
    return sign !== undefined && values.length === 1 ? [`${plain(key)}${sign}${plain(values[0] as string)}`] : [];
  });
  const fieldSelector = rawSelector || said.join(',');
  return fieldSelector === '' ? {} : { fieldSelector };
}

/** For display only: what `kubectl auth can-i --list` prints. */
function rulesStatus(source: RuleSource, user: User, object: AnyObject): object {
  const { namespace = '' } = (object.spec ?? {}) as { namespace?: string };
  const { rules, errors } = source.rulesFor(user, namespace);
  const list = (values: string[] | undefined) => (values?.length ? values : undefined);
  return {
    resourceRules: rules
      .filter(rule => (rule.resources?.length ?? 0) > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        resourceNames: list(resourceNames),
      })),
    nonResourceRules: rules
      .filter(rule => (rule.nonResourceURLs?.length ?? 0) > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: errors.length > 0,
    ...(errors.length > 0 ? { evaluationError: errors.join(', ') } : {}),
  };
}

async function tokenStatus(tokens: TokenChain, object: AnyObject): Promise<object> {
  const { token = '', audiences } = (object.spec ?? {}) as { token?: string; audiences?: string[] };
  const asked = audiences?.length ? audiences : tokens.apiAudiences;
  const verified = await tokens.verify(token, asked);
  if (!verified) return { authenticated: false, error: 'invalid bearer token', user: {} };
  return { authenticated: true, user: userInfo(verified.user), audiences: verified.audiences };
}

const userInfo = ({ name, uid, groups, extra }: User): object => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra ? { extra } : {}),
});
