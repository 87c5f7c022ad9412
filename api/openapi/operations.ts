/** What can be asked of a kind: one operation a path and method, free of how OpenAPI 2 and 3 write it. */
import type { KindRow, Subresource } from '../kinds/row.js';
import { type BodyType, subresourceTypes } from '../kinds/subresources.js';
import { patchTypes } from '../patch/index.js';
import type { GroupVersionKind } from './definitions.js';

export interface Parameter {
  name: string;
  in: 'path' | 'query';
  type: 'string' | 'boolean' | 'integer';
  description: string;
}

export interface Operation {
  path: string;
  method: 'get' | 'put' | 'post' | 'delete' | 'patch';
  /** x-kubernetes-action: list, get, post, put, patch, delete, deletecollection, connect. */
  action: string;
  id: string;
  kind: GroupVersionKind;
  parameters: Parameter[];
  /** The model of the body; 'patch' is any patch, absent is none. */
  body?: string;
  /** The model of the answer; absent is text. */
  answer?: string;
  /** The media types a body may have; absent is JSON and YAML. */
  consumes?: readonly string[];
}

const parameter = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});

const pretty = parameter('pretty', 'string', "If 'true', the answer is indented.");
const dryRun = parameter('dryRun', 'string', "'All' runs every stage of the request but the last: nothing is stored.");
const manager = parameter('fieldManager', 'string', 'Who makes these changes.');
const validation = parameter(
  'fieldValidation',
  'string',
  "What to do with unknown or repeated fields: 'Ignore', 'Warn' (unless said) or 'Strict', which refuses them.",
);
const writing = [pretty, dryRun, manager, validation];
const deleting = [
  pretty,
  dryRun,
  parameter('gracePeriodSeconds', 'integer', 'How long the object gets to end well; 0 is at once.'),
  parameter('propagationPolicy', 'string', "What becomes of dependents: 'Orphan', 'Background' or 'Foreground'."),
];
const selecting = [
  parameter('labelSelector', 'string', 'Only objects whose labels match.'),
  parameter('fieldSelector', 'string', 'Only objects whose fields match.'),
  parameter('limit', 'integer', 'At most so many; the answer says how to continue.'),
  parameter('continue', 'string', 'Where the last page ended.'),
  parameter('resourceVersion', 'string', 'How recent the answer must be.'),
  parameter('resourceVersionMatch', 'string', 'How resourceVersion is meant.'),
  parameter('timeoutSeconds', 'integer', 'How long a watch lasts.'),
];
const watching = [
  pretty,
  ...selecting,
  parameter('watch', 'boolean', 'Stream the changes instead.'),
  parameter('allowWatchBookmarks', 'boolean', 'Tell the revision now and then, also when nothing changes.'),
];
const force = parameter('force', 'boolean', 'For server-side apply: take fields over that others manage.');

const pathParameters = (path: string): Parameter[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    type: 'string',
    description: name === 'namespace' ? 'The namespace.' : 'The name of the object.',
  }));

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** 'CoreV1', 'RbacAuthorizationV1': how generated clients call a group and version. */
export const tagOf = ({ group, version }: { group: string; version: string }): string =>
  (group === '' ? 'core' : group.replace(/\.k8s\.io$/, ''))
    .split('.')
    .map((word, index) => (index === 0 ? word : upperFirst(word)))
    .join('') + upperFirst(version);

export const rootOf = ({ group, version }: { group: string; version: string }): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`;

const kindOf = ({ group, version, kind }: BodyType): GroupVersionKind => ({ group, version, kind });

interface Draft {
  method: Operation['method'];
  action: string;
  /** 'create', 'read', 'list', ...: the verb of the operation's id. */
  verb: string;
  parameters: Parameter[];
  body?: string;
  answer?: string;
  consumes?: readonly string[];
}

function operation(row: KindRow, path: string, kind: GroupVersionKind, draft: Draft, suffix = ''): Operation {
  const { verb, parameters, ...rest } = draft;
  const scope = path.includes('{namespace}') ? 'Namespaced' : '';
  const everywhere = row.namespaced && !scope ? 'ForAllNamespaces' : '';
  const id = `${verb}${upperFirst(tagOf(row))}${scope}${row.kind}${suffix}${everywhere}`;
  return { path, kind, id, parameters: [...pathParameters(path), ...parameters], ...rest };
}

const patches = Object.values(patchTypes).filter(type => type !== patchTypes.apply);

function collection(row: KindRow, path: string): Operation[] {
  const has = (verb: string): boolean => row.verbs.includes(verb);
  const drafts: Draft[] = [];
  const answer = row.model;
  const options = subresourceTypes.deleteOptions.model;
  const status = subresourceTypes.status.model;
  if (has('list')) {
    drafts.push({ method: 'get', action: 'list', verb: 'list', parameters: watching, answer: `${row.model}List` });
  }
  if (has('create')) {
    drafts.push({ method: 'post', action: 'post', verb: 'create', parameters: writing, body: row.model, answer });
  }
  if (has('deletecollection')) {
    const parameters = [...deleting, ...selecting];
    const verb = 'deleteCollection';
    drafts.push({ method: 'delete', action: 'deletecollection', verb, parameters, body: options, answer: status });
  }
  return drafts.map(draft => operation(row, path, kindOf(row), draft));
}

const patchDraft = (model: string, row: KindRow): Draft => ({
  method: 'patch',
  action: 'patch',
  verb: 'patch',
  parameters: [...writing, force],
  body: 'patch',
  answer: model,
  // A custom resource has no keys to merge by but those of server-side apply.
  consumes: row.structural ? patches.filter(type => type !== patchTypes.strategic) : patches,
});

function item(row: KindRow, path: string): Operation[] {
  const has = (verb: string): boolean => row.verbs.includes(verb);
  const { model } = row;
  const options = subresourceTypes.deleteOptions.model;
  const status = subresourceTypes.status.model;
  const drafts: Draft[] = [];
  if (has('get')) drafts.push({ method: 'get', action: 'get', verb: 'read', parameters: [pretty], answer: model });
  if (has('update')) {
    drafts.push({ method: 'put', action: 'put', verb: 'replace', parameters: writing, body: model, answer: model });
  }
  if (has('patch')) drafts.push(patchDraft(model, row));
  if (has('delete')) {
    drafts.push({
      method: 'delete',
      action: 'delete',
      verb: 'delete',
      parameters: deleting,
      body: options,
      answer: status,
    });
  }
  return drafts.map(draft => operation(row, path, kindOf(row), draft));
}

const binding: BodyType = { group: '', version: 'v1', kind: 'Binding', model: 'V1Binding' };

/** What each subresource carries; 'own' is the kind itself. */
const carried: Record<Subresource, { methods: string[]; type: BodyType | 'own' | 'text' }> = {
  status: { methods: ['get', 'put', 'patch'], type: 'own' },
  approval: { methods: ['get', 'put', 'patch'], type: 'own' },
  finalize: { methods: ['put'], type: 'own' },
  ephemeralcontainers: { methods: ['get', 'put', 'patch'], type: 'own' },
  resize: { methods: ['get', 'put', 'patch'], type: 'own' },
  scale: { methods: ['get', 'put', 'patch'], type: subresourceTypes.scale },
  binding: { methods: ['post'], type: binding },
  eviction: { methods: ['post'], type: subresourceTypes.eviction },
  token: { methods: ['post'], type: subresourceTypes.token },
  log: { methods: ['get'], type: 'text' },
  exec: { methods: ['get', 'post'], type: 'text' },
  attach: { methods: ['get', 'post'], type: 'text' },
  portforward: { methods: ['get', 'post'], type: 'text' },
  proxy: { methods: ['get', 'put', 'post', 'delete', 'patch'], type: 'text' },
};

function subresource(row: KindRow, path: string, name: Subresource): Operation[] {
  const { methods, type } = carried[name];
  const suffix = upperFirst(name);
  if (type === 'text') {
    const action = name === 'log' ? 'get' : 'connect';
    return methods.map(method => {
      const verb = action === 'connect' ? `connect${upperFirst(method)}` : 'read';
      const draft: Draft = { method: method as Draft['method'], action, verb, parameters: [] };
      return operation(row, path, kindOf(row), draft, suffix);
    });
  }
  const body = type === 'own' ? row : type;
  const drafts: Record<string, Draft> = {
    get: { method: 'get', action: 'get', verb: 'read', parameters: [pretty], answer: body.model },
    put: { method: 'put', action: 'put', verb: 'replace', parameters: writing, body: body.model, answer: body.model },
    post: { method: 'post', action: 'post', verb: 'create', parameters: writing, body: body.model, answer: body.model },
    patch: patchDraft(body.model, row),
  };
  return methods.map(method => operation(row, path, kindOf(body), drafts[method] as Draft, suffix));
}

/** Every operation of the kind. */
export function operationsOf(row: KindRow): Operation[] {
  const root = rootOf(row);
  const base = row.namespaced ? `${root}/namespaces/{namespace}/${row.plural}` : `${root}/${row.plural}`;
  const everywhere = row.namespaced
    ? collection({ ...row, verbs: row.verbs.filter(verb => verb === 'list') }, `${root}/${row.plural}`)
    : [];
  return [
    ...everywhere,
    ...collection(row, base),
    ...item(row, `${base}/{name}`),
    ...row.subresources.flatMap(name => subresource(row, `${base}/{name}/${name}`, name)),
  ];
}
