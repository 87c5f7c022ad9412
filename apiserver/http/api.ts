/**
 * The way of a request: authenticate, authorize, then the verb (admission and the store are its business), and a line in
 * the audit log. `handle` knows no sockets: the same function answers tests and the TLS server.
 */
import type { Clock } from '../../api/clock.js';
import { StatusError, statusError } from '../../api/status.js';
import { unauthorized } from '../auth/authenticate.js';
import { presentedCredentials } from '../auth/credentials.js';
import { forbiddenRequest } from '../auth/forbidden.js';
import { impersonate } from '../auth/impersonation.js';
import { anonymousName, supergroup, unauthenticatedGroup } from '../auth/well-known.js';
import type {
  ApiRequest,
  ApiResponse,
  AuditSink,
  Authenticator,
  Authorizer,
  RequestInfo,
  User,
  Verdict,
} from '../contracts.js';
import { causeHeader } from '../contracts.js';
import type { Answer, Call, Environment } from '../registry/call.js';
import { dispatch } from '../registry/dispatch.js';
import { unknownPath } from '../registry/refusals.js';
import { Deadlines } from './deadlines.js';
import { negotiate } from './negotiate.js';
import { parseTarget, type Target } from './request-info.js';
import { responseOf, responseTo } from './responses.js';

export interface ApiOptions {
  env: Environment;
  authenticator: Authenticator;
  authorizer: Authorizer;
  audit: AuditSink;
  clock: Clock;
  /** What is no StatusError is reported here: it is a bug or a failing dependency. */
  onError(error: unknown, request: ApiRequest): void;
  /** Called for every answer, for the metrics. */
  onAnswer?(info: RequestInfo, code: number, milliseconds: number): void;
}

/** Who asks, and whether that is allowed. */
export interface Session {
  /** Whom the request is made as. */
  user: User;
  /** Who authenticated, where that is somebody else: the one who impersonates `user`. */
  impersonator?: User;
  info: RequestInfo;
  query: URLSearchParams;
  decision: string;
  auditID: string;
  receivedAt: number;
}

type Received = Pick<Session, 'info' | 'query' | 'auditID' | 'receivedAt'>;

const requestMs = 60_000;
/** Requests at a time, watches not counted: beyond these, all but administrators are asked to come again. */
const maxInFlight = 2000;
const anonymous: User = { name: anonymousName, groups: [unauthenticatedGroup] };

export class Api {
  readonly #inFlight = new Deadlines();

  constructor(private readonly options: ApiOptions) {}

  /** Answers a request to a resource; `parsed` spares it the parsing of the target. Never throws. */
  async handle(request: ApiRequest, parsed?: Target): Promise<ApiResponse> {
    const receivedAt = this.options.clock.now();
    const auditID = this.auditIDOf(request);
    let session: Session | undefined;
    let answer: Answer | undefined;
    let response: ApiResponse;
    const warnings: string[] = [];
    try {
      const target = parsed ?? parseTarget(request.method, request.target);
      session = await this.admit(request, target, auditID, receivedAt);
      answer = await this.#answer(request, session, warnings);
      response = responseOf(answer, auditID, warnings);
    } catch (error) {
      if (!(error instanceof StatusError)) this.options.onError(error, request);
      response = responseTo(error, auditID);
    }
    if (session) this.finish(request, session, response.status, answer);
    return response;
  }

  /** Authenticates and authorizes. Throws Unauthorized or Forbidden; the audit log hears of both. */
  async admit(request: ApiRequest, target: Target, auditID: string, receivedAt: number): Promise<Session> {
    const { info, query } = target;
    const received = { info, query, auditID, receivedAt };
    const authenticated = await this.#authenticate(request, received);
    const user = this.#impersonate(request, received, authenticated);
    const verdict = this.options.authorizer.authorize(user, info);
    const impersonator = user === authenticated ? {} : { impersonator: authenticated };
    const session = { ...received, user, ...impersonator, decision: decisionText(verdict) };
    if (verdict.allowed) return session;
    const refused = forbiddenRequest(user, info, verdict.reason);
    this.finish(request, session, refused.code);
    throw refused;
  }

  /** The metrics and the audit log learn what became of the request; the log's own policy says what it keeps. */
  finish(request: ApiRequest, session: Session, code: number, answer?: Pick<Answer, 'revision' | 'created'>): void {
    const now = this.options.clock.now();
    const { info, receivedAt, user, impersonator } = session;
    const { revision, created } = answer ?? {};
    this.options.onAnswer?.(info, code, now - receivedAt);
    const cause = textOf(request.headers[causeHeader]);
    this.options.audit.record({
      auditID: session.auditID,
      stage: 'ResponseComplete',
      requestReceivedTimestamp: receivedAt,
      stageTimestamp: now,
      user: impersonator ?? user,
      ...(impersonator ? { impersonatedUser: user } : {}),
      info: created === undefined ? info : { ...info, name: created },
      requestURI: request.target,
      sourceIP: request.remoteAddress,
      userAgent: textOf(request.headers['user-agent']) ?? '',
      code,
      ...(revision === undefined ? {} : { revision }),
      ...(cause === undefined ? {} : { cause }),
      decision: session.decision,
    });
  }

  /** A client may bring an id of its own, so that its log and ours can be laid side by side. */
  auditIDOf(request: ApiRequest): string {
    const given = textOf(request.headers['audit-id']);
    return given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : this.options.env.uid();
  }

  /** Requests that have taken too long are answered with Timeout. Called about once a second. */
  tick(): void {
    this.#inFlight.tick(this.options.clock.now());
  }

  async #authenticate(request: ApiRequest, received: Received): Promise<User> {
    try {
      const { certificate, proxyCertificate, rawHeaders } = request;
      const { authorization } = presentedCredentials(request.headers);
      const user = await this.options.authenticator.authenticate({
        ...(certificate ? { certificate } : {}),
        ...(proxyCertificate ? { proxyCertificate, rawHeaders: rawHeaders ?? [] } : {}),
        ...(authorization === undefined ? {} : { authorization }),
      });
      return user ?? anonymous;
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === 'Unauthorized')) throw error;
      this.finish(request, { ...received, user: anonymous, decision: 'unauthenticated' }, 401);
      throw unauthorized();
    }
  }

  #impersonate(request: ApiRequest, received: Received, user: User): User {
    try {
      return impersonate(this.options.authorizer, user, request.headers);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.finish(request, { ...received, user, decision: `forbid: ${error.message}` }, error.code);
      throw error;
    }
  }

  #answer(request: ApiRequest, session: Session, warnings: string[]): Promise<Answer> {
    const { env, clock } = this.options;
    const { info, query, user } = session;
    if (this.#inFlight.size >= maxInFlight && !user.groups.includes(supergroup)) throw tooManyRequests();
    const row = env.kinds.find(info.group, info.version, info.resource);
    if (!row) throw unknownPath();
    const representation = negotiate(textOf(request.headers.accept), row, query, () => clock.now());
    const call: Call = { row, info, query, user, request, representation, warnings };
    return this.#inFlight.within(session.receivedAt + requestMs, this.#visible(dispatch(env, call)));
  }

  /**
   * A write is answered once the cache has it: admission and authorization of the client's next request, which read
   * the cache, then know of it. That the cache is late is no reason to deny a write that was made.
   */
  async #visible(work: Promise<Answer>): Promise<Answer> {
    const answer = await work;
    if (answer.revision !== undefined) await this.options.env.cache.atLeast(answer.revision).catch(() => undefined);
    return answer;
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(', ') : header;

const decisionText = (verdict: Verdict): string => `${verdict.allowed ? 'allow' : 'forbid'}: ${verdict.reason}`;

const tooManyRequests = () =>
  statusError('TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds: 1 });
