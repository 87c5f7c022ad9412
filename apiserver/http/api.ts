/**
 * The way of a request: authenticate, authorize, then the verb (admission and the store are its business), and a line in
 * the audit log. `handle` knows no sockets: the same function answers tests and the TLS server.
 */
import type { Clock } from '../../api/clock.js';
import { builtinKinds } from '../../api/kinds/index.js';
import type { KindRow } from '../../api/kinds/row.js';
import { StatusError, statusError } from '../../api/status.js';
import { unauthorized } from '../auth/authenticate.js';
import { presentedCredentials } from '../auth/credentials.js';
import { forbiddenRequest } from '../auth/forbidden.js';
import { impersonate } from '../auth/impersonation.js';
import { anonymousName, supergroup, unauthenticatedGroup } from '../auth/well-known.js';
import type { Representation } from '../cache/representation.js';
import type {
  ApiRequest,
  ApiResponse,
  AuditRecord,
  AuditSink,
  Authenticator,
  Authorizer,
  Credentials,
  RequestInfo,
  User,
  Verdict,
} from '../contracts.js';
import { causeHeader } from '../contracts.js';
import { Deadlines } from '../deadlines.js';
import { type Fairness, type Flow, isLongRunning, type Release, TooManyRequests } from '../fairness/index.js';
import type { Answered } from '../metrics/metrics.js';
import type { Answer, Call, Environment } from '../registry/call.js';
import { admitConnection } from '../registry/connect.js';
import { dispatch } from '../registry/dispatch.js';
import { unknownPath } from '../registry/refusals.js';
import { whenKnown } from '../when-known.js';
import { isApply } from './body.js';
import { negotiate } from './negotiate.js';
import { inPrettyJson, prettyRefusal, wantsPretty } from './pretty.js';
import { decodeProtobuf, isProtobuf } from './protobuf/decode.js';
import { loadedProtobuf, protobufLibrary, protobufType } from './protobuf/library.js';
import { isTrue, parseTarget, type Target } from './request-info.js';
import { responseOf, responseTo } from './responses.js';
import { timeoutOf } from './timeout.js';

export interface ApiOptions {
  env: Environment;
  authenticator: Authenticator;
  authorizer: Authorizer;
  audit: AuditSink;
  /** Absent: nobody waits for others. */
  fairness?: Fairness;
  clock: Clock;
  /** What is no StatusError is reported here: it is a bug or a failing dependency. */
  onError(error: unknown, request: ApiRequest): void;
  /** Called for every answer, for the metrics. */
  onAnswer?(answered: Answered): void;
}

/** Who asks, and whether that is allowed. */
export interface Session {
  /** Whom the request is made as. */
  user: User;
  /** Who authenticated, where that is somebody else: the one who impersonates `user`. */
  impersonator: User | undefined;
  info: RequestInfo;
  query: URLSearchParams;
  decision: string;
  auditID: string;
  receivedAt: number;
  /** What admission says to the audit log. */
  annotations: Record<string, string> | undefined;
  /** The flow that it belongs to, which the client is told. */
  flow: Flow | undefined;
}

/** All of a session's fields from the start: V8 takes its slowest way with objects that grow out of a copy of others. */
const begin = ({ info, query, auditID, receivedAt }: Received, user: User, decision: string): Session => ({
  user,
  impersonator: undefined,
  info,
  query,
  decision,
  auditID,
  receivedAt,
  annotations: undefined,
  flow: undefined,
});

type Received = Pick<Session, 'info' | 'query' | 'auditID' | 'receivedAt'>;

/** Requests at a time, watches not counted: beyond these, all but administrators are asked to come again. */
const maxInFlight = 2000;
const anonymous: User = { name: anonymousName, groups: [unauthenticatedGroup] };

export class Api {
  readonly #inFlight: Deadlines;

  constructor(private readonly options: ApiOptions) {
    this.#inFlight = new Deadlines(options.clock);
  }

  /** Answers a request to a resource; `parsed` spares it the parsing of the target. Never throws. */
  handle(request: ApiRequest, parsed?: Target): ApiResponse | Promise<ApiResponse> {
    const receivedAt = this.options.clock.now();
    const auditID = this.auditIDOf(request);
    let session: Session | undefined;
    const warnings: string[] = [];
    const finished = (response: ApiResponse, answer?: Answer): ApiResponse => {
      if (session?.flow) tellFlow(response, session.flow);
      if (session) this.finish(request, session, response.status, answer, response.body);
      return response;
    };
    const refused = (error: unknown): ApiResponse => {
      if (!(error instanceof StatusError)) this.options.onError(error, request);
      const response = responseTo(error, auditID);
      return finished(wantsPretty(request) ? prettyRefusal(response) : response);
    };
    try {
      const target = parsed ?? parseTarget(request.method, request.target);
      const answered = whenKnown(this.admit(request, target, auditID, receivedAt), admitted => {
        session = admitted;
        return this.#answer(request, admitted, warnings);
      });
      const response = whenKnown(answered, answer => {
        if (answer.revision !== undefined) this.options.env.cache.promise(answer.revision);
        return finished(responseOf(answer, auditID, warnings), answer);
      });
      return response instanceof Promise ? response.catch(refused) : response;
    } catch (error) {
      return refused(error);
    }
  }

  /** Authenticates and authorizes. Throws Unauthorized or Forbidden; the audit log hears of both. */
  admit(request: ApiRequest, target: Target, auditID: string, receivedAt: number): Session | Promise<Session> {
    const { info, query } = target;
    const received = { info, query, auditID, receivedAt };
    // Authorization and admission read the cache: what was acknowledged before this request came is to be known to them.
    const ready = info.isResource ? this.options.env.cache.kept() : undefined;
    return whenKnown(ready, () =>
      whenKnown(this.#authenticate(request, received), user => this.#authorize(request, received, user)),
    );
  }

  #authorize(request: ApiRequest, received: Received, authenticated: User): Session {
    const { info } = received;
    const user = this.#impersonate(request, received, authenticated);
    const verdict = this.options.authorizer.authorize(user, info);
    const session = begin(received, user, decisionText(verdict));
    if (user !== authenticated) session.impersonator = authenticated;
    const open = verdict.allowed ? this.#refusedBeyond(user, info) : info;
    if (!open) return session;
    const refused = forbiddenRequest(user, open, verdict.allowed ? '' : verdict.reason);
    if (verdict.allowed) session.decision = `forbid: ${refused.message}`;
    this.finish(request, session, refused.code);
    throw refused;
  }

  /**
   * A GET that runs a command, or opens a way into a pod, is no read: browsers' WebSockets know no other method, so
   * whoever sends it must hold the verb `create` as well. Answers what was refused.
   */
  #refusedBeyond(user: User, info: RequestInfo): RequestInfo | undefined {
    if (info.verb !== 'get' || !opensPods(info)) return undefined;
    const creating = { ...info, verb: 'create' };
    return this.options.authorizer.authorize(user, creating).allowed ? undefined : creating;
  }

  /** The metrics and the audit log learn what became of the request; the log's own policy says what it keeps. */
  finish(
    request: ApiRequest,
    session: Session,
    code: number,
    answer?: Pick<Answer, 'revision' | 'created'>,
    body: readonly Uint8Array[] = [],
  ): void {
    const now = this.options.clock.now();
    const { info, receivedAt, user, impersonator } = session;
    const { revision, created } = answer ?? {};
    const dryRun = session.query.has('dryRun');
    const apply = info.verb === 'patch' && isApply(request);
    this.options.onAnswer?.({ info, code, milliseconds: now - receivedAt, dryRun, apply });
    const cause = textOf(request.headers[causeHeader]);
    const record: AuditRecord = {
      auditID: session.auditID,
      stage: 'ResponseComplete',
      requestReceivedTimestamp: receivedAt,
      stageTimestamp: now,
      user: impersonator ?? user,
      info: created === undefined ? info : { ...info, name: created },
      requestURI: request.target,
      sourceIP: request.remoteAddress,
      userAgent: textOf(request.headers['user-agent']) ?? '',
      code,
      decision: session.decision,
      bodies: () => ({ request: said(request.received), response: said(Buffer.concat(body)) }),
    };
    if (impersonator) record.impersonatedUser = user;
    const { annotations } = session;
    if (annotations && Object.keys(annotations).length > 0) record.annotations = annotations;
    if (revision !== undefined) record.revision = revision;
    if (cause !== undefined) record.cause = cause;
    this.options.audit.record(record);
  }

  /** A client may bring an id of its own, so that its log and ours can be laid side by side. */
  auditIDOf(request: ApiRequest): string {
    const given = textOf(request.headers['audit-id']);
    return given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : this.options.env.uid();
  }

  /** What admission says of a stream into a pod, or a proxy. Throws what it throws. */
  connect(session: Session): Promise<void> {
    session.annotations = {};
    return admitConnection(this.options.env, session);
  }

  /** Requests that have taken too long are answered with Timeout. Called about once a second. */
  tick(): void {
    this.options.fairness?.tick();
    this.#inFlight.tick();
  }

  #authenticate(request: ApiRequest, received: Received): User | Promise<User> {
    const refused = (error: unknown): never => {
      if (!(error instanceof StatusError && error.reason === 'Unauthorized')) throw error;
      this.finish(request, begin(received, anonymous, 'unauthenticated'), 401);
      throw unauthorized();
    };
    try {
      const credentials: Credentials = {};
      const { certificate, proxyCertificate, rawHeaders } = request;
      if (certificate) credentials.certificate = certificate;
      if (proxyCertificate) Object.assign(credentials, { proxyCertificate, rawHeaders: rawHeaders ?? [] });
      const { authorization } = presentedCredentials(request.headers);
      if (authorization !== undefined) credentials.authorization = authorization;
      const user = this.options.authenticator.authenticate(credentials);
      return user instanceof Promise ? user.then(found => found ?? anonymous, refused) : (user ?? anonymous);
    } catch (error) {
      return refused(error);
    }
  }

  #impersonate(request: ApiRequest, received: Received, user: User): User {
    try {
      return impersonate(this.options.authorizer, user, request.headers);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.finish(request, begin(received, user, `forbid: ${error.message}`), error.code);
      throw error;
    }
  }

  /** Serves the request once its flow has a seat. */
  #answer(request: ApiRequest, session: Session, warnings: string[]): Answer | Promise<Answer> {
    const { fairness } = this.options;
    const serve = () => this.#serve(request, session, warnings);
    if (!fairness || isLongRunning(session.info)) return serve();
    session.flow = fairness.flowOf(session.user, session.info);
    const seat = fairness.enter(session.flow);
    if (typeof seat === 'function') return seated(seat, serve);
    return seat.then(
      release => seated(release, serve),
      error => {
        throw error instanceof TooManyRequests ? tooManyRequests() : error;
      },
    );
  }

  #serve(request: ApiRequest, session: Session, warnings: string[]): Answer | Promise<Answer> {
    const { accept } = request.headers;
    const speaksProtobuf = typeof accept === 'string' && accept.includes(protobufType);
    return speaksProtobuf
      ? whenKnown(protobufLibrary(), () => this.#dispatch(request, session, warnings))
      : this.#dispatch(request, session, warnings);
  }

  #dispatch(request: ApiRequest, session: Session, warnings: string[]): Answer | Promise<Answer> {
    const { env } = this.options;
    const { info, query, user } = session;
    if (this.#inFlight.size >= maxInFlight && !user.groups.includes(supergroup)) throw tooManyRequests();
    const row = env.kinds.find(info.group, info.version, info.resource);
    if (!row) throw unknownPath();
    if (row.deprecation) warnings.push(row.deprecation);
    const representation = this.#representation(request, row, query);
    const annotations: Record<string, string> = {};
    session.annotations = annotations;
    const call: Call = { row, info, query, user, request, representation, warnings, annotations };
    const mostMs = timeoutOf(query);
    const answer = dispatch(env, call);
    return answer instanceof Promise ? this.#inFlight.within(mostMs, answer) : answer;
  }

  #representation(request: ApiRequest, row: KindRow, query: URLSearchParams): Representation {
    const found = negotiate(textOf(request.headers.accept), row, query, () => this.options.clock.now());
    const isRead = found.contentType === 'application/json' && !isTrue(query.get('watch'));
    return isRead && wantsPretty(request) ? inPrettyJson(found) : found;
  }
}

/** Which objects decided how long the request waited. */
function tellFlow({ headers }: ApiResponse, { schemaUid, levelUid }: Flow): void {
  headers['x-kubernetes-pf-flowschema-uid'] = schemaUid;
  headers['x-kubernetes-pf-prioritylevel-uid'] = levelUid;
}

/** Gives the seat back once there is an answer. */
function seated(release: Release, serve: () => Answer | Promise<Answer>): Answer | Promise<Answer> {
  let answer: Answer | Promise<Answer> | undefined;
  try {
    answer = serve();
  } finally {
    if (!(answer instanceof Promise)) release();
  }
  return answer instanceof Promise ? answer.finally(release) : answer;
}

const ways = new Set(['exec', 'attach', 'portforward']);
const opensPods = ({ group, resource, subresource }: RequestInfo): boolean =>
  group === '' && resource === 'pods' && ways.has(subresource);

/** undefined for what is neither JSON nor an object in protobuf. */
function said(bytes: Buffer | undefined): unknown {
  try {
    if (!bytes || bytes.length === 0) return undefined;
    return isProtobuf(bytes)
      ? decodeProtobuf(bytes, builtinKinds, loadedProtobuf().read).value
      : JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(', ') : header;

const decisionTexts = new WeakMap<Verdict, string>();

/** Authorizers give the same verdict again where they can. */
function decisionText(verdict: Verdict): string {
  let text = decisionTexts.get(verdict);
  if (text === undefined) {
    text = `${verdict.allowed ? 'allow' : 'forbid'}: ${verdict.reason}`;
    decisionTexts.set(verdict, text);
  }
  return text;
}

const tooManyRequests = () =>
  statusError('TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 });
