/**
 * A line of the audit log: audit.k8s.io/v1 Event at level Metadata, so that tools for Kubernetes' logs read it. Put
 * together as text, since every request has one: what many have in common (who asked, why it was allowed) is encoded once.
 */
import { microTimestamp } from '../../api/clock.js';
import type { AuditRecord, RequestInfo, User } from '../contracts.js';
import type { Level } from './policy-file.js';

const json = (value: string | object): string => JSON.stringify(value);

/** What a policy adds to a line, or changes of it. */
export interface Detail {
  level?: Level;
  request?: unknown;
  response?: unknown;
}

/** JSON, without the end of the line. */
export function auditLine(record: AuditRecord, { level = 'Metadata', request, response }: Detail = {}): string {
  const { info, user, impersonatedUser } = record;
  return (
    `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"${level}","auditID":${json(record.auditID)},` +
    `"stage":"${record.stage}","requestURI":${json(record.requestURI)},"verb":${json(info.verb)},"user":${userText(user)},` +
    (impersonatedUser ? `"impersonatedUser":${userText(impersonatedUser)},` : '') +
    `"sourceIPs":[${json(record.sourceIP)}],"userAgent":${json(record.userAgent)},` +
    (info.isResource ? `"objectRef":${refText(info)},` : '') +
    `"responseStatus":{"metadata":{},"code":${record.code}},` +
    (request === undefined ? '' : `"requestObject":${JSON.stringify(request)},`) +
    (response === undefined ? '' : `"responseObject":${JSON.stringify(response)},`) +
    `"requestReceivedTimestamp":"${timeText(record.requestReceivedTimestamp)}",` +
    `"stageTimestamp":"${timeText(record.stageTimestamp)}",` +
    `"annotations":{${annotations(record)}}}`
  );
}

function annotations({ decision, cause, revision, annotations: said }: AuditRecord): string {
  let text = decisionText(decision);
  for (const key in said) text += `,${json(key)}:${json(said[key] ?? '')}`;
  if (cause !== undefined) text += `,"orrery.dev/cause":${json(cause)}`;
  if (revision !== undefined) text += `,"orrery.dev/revision":"${revision}"`;
  return text;
}

/** A User is one object for as long as its credential is used. */
const userTexts = new WeakMap<User, string>();

function userText(user: User): string {
  let text = userTexts.get(user);
  if (text === undefined) {
    const { name, uid, groups, extra } = user;
    text = json({ username: name, ...(uid ? { uid } : {}), groups, ...(extra ? { extra } : {}) });
    userTexts.set(user, text);
  }
  return text;
}

/** What is asked again is the same RequestInfo. */
const refTexts = new WeakMap<RequestInfo, string>();

function refText(info: RequestInfo): string {
  // What is created has its name put in: nobody asks for it so again.
  if (info.verb === 'create') return json(objectRef(info));
  let text = refTexts.get(info);
  if (text === undefined) {
    text = json(objectRef(info));
    refTexts.set(info, text);
  }
  return text;
}

function objectRef({ resource, namespace, name, group, version, subresource }: RequestInfo): object {
  return {
    resource,
    namespace: namespace || undefined,
    name: name || undefined,
    apiGroup: group || undefined,
    apiVersion: version,
    subresource: subresource || undefined,
  };
}

/** Many requests come within one millisecond. */
let lastTime = 0;
let lastText = '';

function timeText(ms: number): string {
  if (ms !== lastTime) {
    lastTime = ms;
    lastText = microTimestamp(ms);
  }
  return lastText;
}

/** There are as many as bindings, but a refusal may name an object: the map is emptied before it grows large. */
const maxDecisions = 1000;
const decisionTexts = new Map<string, string>();

/** 'allow RBAC: allowed by ...' says both; anything that does not start with 'allow' is why not. */
function decisionText(said: string): string {
  let text = decisionTexts.get(said);
  if (text === undefined) {
    const allowed = /^allow(?:$|[\s:]+)/.exec(said);
    const reason = (allowed ? said.slice(allowed[0].length) : said.replace(/^forbid(?:$|[\s:]+)/, '')).trim();
    const decision = allowed ? 'allow' : 'forbid';
    text = `"authorization.k8s.io/decision":"${decision}","authorization.k8s.io/reason":${json(reason)}`;
    if (decisionTexts.size >= maxDecisions) decisionTexts.clear();
    decisionTexts.set(said, text);
  }
  return text;
}

/** The line of a request that has only been received: nothing is known yet of what became of it. */
export function receivedLine(record: AuditRecord, level: Level): string {
  const {
    responseStatus: _,
    annotations: __,
    ...event
  } = JSON.parse(auditLine(record, { level })) as Record<string, unknown>;
  return JSON.stringify({ ...event, stage: 'RequestReceived', stageTimestamp: event.requestReceivedTimestamp });
}
