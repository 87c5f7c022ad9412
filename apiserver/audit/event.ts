/** A line of the audit log: audit.k8s.io/v1 Event at level Metadata, so that tools for Kubernetes' logs read it. */
import { microTimestamp } from '../../api/clock.js';
import type { AuditRecord, RequestInfo, User } from '../contracts.js';

export function auditEvent(record: AuditRecord): object {
  const { info, revision, cause } = record;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: record.auditID,
    stage: record.stage,
    requestURI: record.requestURI,
    verb: info.verb,
    user: userInfo(record.user),
    ...(record.impersonatedUser ? { impersonatedUser: userInfo(record.impersonatedUser) } : {}),
    sourceIPs: [record.sourceIP],
    userAgent: record.userAgent,
    ...(info.isResource ? { objectRef: objectRef(info) } : {}),
    responseStatus: { metadata: {}, code: record.code },
    requestReceivedTimestamp: microTimestamp(record.requestReceivedTimestamp),
    stageTimestamp: microTimestamp(record.stageTimestamp),
    annotations: {
      ...decision(record.decision),
      ...(cause === undefined ? {} : { 'orrery.dev/cause': cause }),
      ...(revision === undefined ? {} : { 'orrery.dev/revision': String(revision) }),
    },
  };
}

const userInfo = ({ name, uid, groups, extra }: User): object => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra ? { extra } : {}),
});

function objectRef({ resource, namespace, name, group, version, subresource }: RequestInfo): object {
  return {
    resource,
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { apiGroup: group }),
    apiVersion: version,
    ...(subresource === '' ? {} : { subresource }),
  };
}

/** 'allow RBAC: allowed by ...' says both; anything that does not start with 'allow' is why not. */
function decision(said: string): Record<string, string> {
  const allowed = /^allow(?:$|[\s:]+)/.exec(said);
  const reason = (allowed ? said.slice(allowed[0].length) : said.replace(/^forbid(?:$|[\s:]+)/, '')).trim();
  return {
    'authorization.k8s.io/decision': allowed ? 'allow' : 'forbid',
    'authorization.k8s.io/reason': reason,
  };
}
