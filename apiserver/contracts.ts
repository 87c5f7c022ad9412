/**
 * The words in which the API server's parts talk to each other. A request is parsed once into a RequestInfo, a
 * credential becomes a User, and authorizers, admission and audit see nothing else.
 */
import type { KindRow } from '../api/kinds/row.js';
import type { AnyObject } from '../api/types.js';

/** Who is asking (authentication/v1 UserInfo). */
export interface User {
  name: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** What is asked, taken from method, path and query alone (k8s.io/apiserver RequestInfo). */
export interface RequestInfo {
  /** False for /healthz, /version, /api, /openapi, ... */
  isResource: boolean;
  path: string;
  /** get list watch create update patch delete deletecollection; for other paths the HTTP method in lower case. */
  verb: string;
  /** '' for core. */
  group: string;
  version: string;
  namespace: string;
  /** The plural, 'pods'; '' for other paths. */
  resource: string;
  subresource: string;
  name: string;
  /** Of a request that is about a selection of objects, as it was asked; absent where none was. */
  fieldSelector?: string;
  /** Of a request that is passed on (pods/proxy, services/proxy, nodes/proxy): what is asked of the other side, '' or '/...'. */
  rest?: string;
}

/** What the subject of a certificate says. */
export interface ClientCertificate {
  subjectCN: string;
  subjectO: string[];
  /** The SHA-256 of the certificate, in hexadecimal digits. */
  sha256?: string;
}

/** What a credential is found in. */
export interface Credentials {
  /** The client certificate, verified against the CA of clients; absent when none was presented. */
  certificate?: ClientCertificate;
  /** The same, verified against the CA of proxies that authenticate for us. */
  proxyCertificate?: ClientCertificate;
  /** Names and values by turns, as they came: what a proxy says of a user must not be joined and split again. */
  rawHeaders?: readonly string[];
  /** The value of the Authorization header, or the bearer token of a WebSocket protocol. */
  authorization?: string;
}

export interface Authenticator {
  /** A user; undefined when these credentials say nothing to it; throws Unauthorized when they are false. */
  authenticate(credentials: Credentials): Promise<User | undefined> | User | undefined;
}

export type Verdict = { allowed: true; reason: string } | { allowed: false; denied?: boolean; reason: string };

export interface Authorizer {
  /** Synchronous: rules are held in memory (from the watch cache), so that a request never waits for them. */
  authorize(user: User, info: RequestInfo): Verdict;
}

/** A write on its way to the store. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  row: KindRow;
  info: RequestInfo;
  user: User;
  dryRun: boolean;
  /** Absent for DELETE. A mutating plug-in changes it in place. */
  object?: AnyObject | undefined;
  /** Absent for CREATE. */
  oldObject?: AnyObject | undefined;
  /** DeleteOptions, PatchOptions, ... as received. */
  options?: unknown;
  /** What plug-ins tell the client, in Warning headers, and the audit log. */
  warnings?: string[];
  annotations?: Record<string, string>;
  /** Set by a plug-in that changed the object after others had seen it: those that change things run once more. */
  again?: boolean;
}

export interface AdmissionPlugin {
  readonly name: string;
  handles(request: AdmissionRequest): boolean;
  /** May change request.object; throws a StatusError to refuse. */
  mutate?(request: AdmissionRequest): void | Promise<void>;
  /** Throws a StatusError to refuse. */
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** Read access to current objects, for authorizers and admission: answered from the watch cache, never stale at rest. */
export interface Lookup {
  get(resource: { group: string; resource: string }, namespace: string, name: string): AnyObject | undefined;
  list(resource: { group: string; resource: string }, namespace?: string): Iterable<AnyObject>;
  /** Called after each change of these resources, with the new and the old object. */
  onChange(
    resource: { group: string; resource: string },
    listener: (now: AnyObject | undefined, before: AnyObject | undefined) => void,
  ): void;
}

/** The header by which a component says what made it write; kept in the audit log (see client/runtime/cause.ts). */
export const causeHeader = 'orrery-cause';

/** One line of the audit log (audit.k8s.io/v1 Event, level Metadata), with the cause as an annotation. */
export interface AuditRecord {
  auditID: string;
  stage: 'ResponseComplete' | 'ResponseStarted' | 'Panic';
  requestReceivedTimestamp: number;
  stageTimestamp: number;
  /** Who authenticated; with `--as`, not whom the request was made as. */
  user: User;
  impersonatedUser?: User;
  info: RequestInfo;
  requestURI: string;
  sourceIP: string;
  userAgent: string;
  code: number;
  /** The revision this request wrote, where it wrote. */
  revision?: number;
  cause?: string;
  /** 'allow' and the binding that allowed it, or why not. */
  decision: string;
  /** What was sent and what was answered, where it was JSON: looked at only when a policy asks for it. */
  bodies?(): { request?: unknown; response?: unknown };
  /** What admission said of the request. */
  annotations?: Record<string, string>;
}

export interface AuditSink {
  record(record: AuditRecord): void;
  close(): Promise<void>;
}

/** One HTTP request, free of sockets: what the short way and the kubelet proxy see. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as received. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly remoteAddress: string;
  readonly certificate?: ClientCertificate | undefined;
  readonly proxyCertificate?: ClientCertificate | undefined;
  readonly rawHeaders?: readonly string[];
  /** The whole body; throws RequestEntityTooLarge (413) when it has more than `limit` bytes. */
  body(limit: number): Promise<Buffer>;
  /** What `body` answered, once it has. */
  readonly received?: Buffer | undefined;
}

/** The answer to a request. Exactly one of `body` and `stream` is meant: `stream` where it is present. */
export interface ApiResponse {
  status: number;
  headers: Record<string, string>;
  /** Written one after the other, without a copy. */
  body: readonly Uint8Array[];
  /** Called once the head is sent: for watches and logs, which go on for as long as the client stays. */
  stream?(sink: Sink): void;
}

/** Where a streamed answer is written. */
export interface Sink {
  /** False when the client lags: wait for `onDrain` before the next write. */
  write(chunk: Uint8Array): boolean;
  onDrain(listener: () => void): void;
  /** The client left, or the server stops. Called at most once. */
  onClose(listener: () => void): void;
  end(): void;
}

/**
 * Answers a POST that code decides rather than the store: reviews (SubjectAccessReview, ...) and serviceaccounts/token.
 * `object` is the decoded body with its defaults; `parent` the object whose subresource is asked. Throws StatusErrors.
 */
export type CreateHandler = (call: {
  row: KindRow;
  info: RequestInfo;
  user: User;
  object: AnyObject;
  parent?: AnyObject;
  dryRun: boolean;
}) => AnyObject | Promise<AnyObject>;
