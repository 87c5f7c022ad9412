/** The file of `--audit-policy-file`: audit.k8s.io/v1 Policy. The first rule that matches a request says what is kept of it. */
import { isObject, type JsonObject } from '../../api/json.js';
import { parseYaml } from '../../api/yaml.js';
import type { AuditRecord, User } from '../contracts.js';

export const levels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof levels)[number];
export const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof stages)[number];

interface GroupResources {
  group: string;
  /** '*', 'pods', 'pods/log', 'pods/*', '*\/scale'; none is all. */
  resources: readonly string[];
  resourceNames: readonly string[];
}

interface Rule {
  level: Level;
  users: readonly string[];
  userGroups: readonly string[];
  verbs: readonly string[];
  resources: readonly GroupResources[];
  namespaces: readonly string[];
  nonResourceURLs: readonly string[];
  omitStages: readonly Stage[];
  omitManagedFields: boolean;
}

export interface Policy {
  rules: readonly Rule[];
}

export interface Judgement {
  level: Level;
  omitStages: readonly Stage[];
  omitManagedFields: boolean;
}

/** What is wrong with the file, where, and what would be right. */
export class AuditPolicyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AuditPolicyError';
  }
}

const nothing: Judgement = { level: 'None', omitStages: stages, omitManagedFields: false };

/** What no rule matches is not kept. */
export function judge({ rules }: Policy, record: Pick<AuditRecord, 'info' | 'user' | 'impersonatedUser'>): Judgement {
  return rules.find(rule => matches(rule, record)) ?? nothing;
}

function matches(rule: Rule, { info, user, impersonatedUser }: Parameters<typeof judge>[1]): boolean {
  const who: User = impersonatedUser ?? user;
  const { users, userGroups, verbs, resources, namespaces, nonResourceURLs } = rule;
  if (users.length > 0 && !users.includes(who.name)) return false;
  if (userGroups.length > 0 && !userGroups.some(group => who.groups.includes(group))) return false;
  if (verbs.length > 0 && !verbs.includes(info.verb)) return false;
  if (resources.length === 0 && namespaces.length === 0 && nonResourceURLs.length === 0) return true;
  if (!info.isResource) return nonResourceURLs.some(pattern => coversUrl(pattern, info.path));
  if (resources.length === 0 && namespaces.length === 0) return false;
  if (namespaces.length > 0 && !namespaces.includes(info.namespace)) return false;
  if (resources.length === 0) return true;
  return resources.some(
    ({ group, resources: names, resourceNames }) =>
      group === info.group &&
      (names.length === 0 || names.some(name => coversResource(name, info.resource, info.subresource))) &&
      (resourceNames.length === 0 || resourceNames.includes(info.name)),
  );
}

function coversResource(name: string, resource: string, subresource: string): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  if (name === '*' || name === whole) return true;
  return subresource !== '' && (name === `*/${subresource}` || name === `${resource}/*`);
}

const coversUrl = (pattern: string, path: string): boolean =>
  pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)));

/** Throws AuditPolicyError. `path` is for the message. */
export function parseAuditPolicy(text: string, path: string): Policy {
  const wrong = (why: string): AuditPolicyError => new AuditPolicyError(`${path}: ${why}`);
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  if (!isObject(document) || document.kind !== 'Policy' || document.apiVersion !== 'audit.k8s.io/v1') {
    throw wrong('it must be a Policy of audit.k8s.io/v1');
  }
  const { rules, omitManagedFields } = document;
  if (!Array.isArray(rules) || rules.length === 0) throw wrong('rules: Required value: it must have at least one');
  const omitStages = stagesOf(document, 'omitStages', wrong);
  return {
    rules: rules.map((rule, index) => {
      const parsed = ruleOf(rule, `rules[${index}]`, wrong, omitManagedFields === true);
      return { ...parsed, omitStages: [...omitStages, ...parsed.omitStages] };
    }),
  };
}

type Wrong = (why: string) => AuditPolicyError;

function ruleOf(value: unknown, where: string, wrong: Wrong, omitManaged: boolean): Rule {
  const rule: JsonObject = isObject(value) ? value : {};
  const level = levels.find(known => known === rule.level);
  if (!level)
    throw wrong(`${where}.level: Unsupported value: ${JSON.stringify(rule.level)}: it must be ${levels.join(', ')}`);
  const list = (field: string, from: JsonObject = rule): string[] => textsOf(from, field, where, wrong);
  const resources = rule.resources ?? [];
  if (!Array.isArray(resources)) throw wrong(`${where}.resources must be a list`);
  const nonResourceURLs = list('nonResourceURLs');
  if (nonResourceURLs.length > 0 && (resources.length > 0 || list('namespaces').length > 0)) {
    throw wrong(`${where}.nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs`);
  }
  return {
    level,
    users: list('users'),
    userGroups: list('userGroups'),
    verbs: list('verbs'),
    resources: resources.map(entry => {
      const from = isObject(entry) ? entry : {};
      const group = typeof from.group === 'string' ? from.group : '';
      return { group, resources: list('resources', from), resourceNames: list('resourceNames', from) };
    }),
    namespaces: list('namespaces'),
    nonResourceURLs,
    omitStages: stagesOf(rule, `omitStages`, wrong),
    omitManagedFields: typeof rule.omitManagedFields === 'boolean' ? rule.omitManagedFields : omitManaged,
  };
}

function textsOf(from: JsonObject, field: string, where: string, wrong: Wrong): string[] {
  const value = from[field] ?? [];
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value as string[];
  throw wrong(`${where}.${field} must be a list of texts`);
}

function stagesOf(from: JsonObject, field: string, wrong: Wrong): Stage[] {
  return textsOf(from, field, 'the policy', wrong).map(name => {
    const stage = stages.find(known => known === name);
    if (stage) return stage;
    throw wrong(`${field}: Unsupported value: ${JSON.stringify(name)}: it must be ${stages.join(', ')}`);
  });
}
