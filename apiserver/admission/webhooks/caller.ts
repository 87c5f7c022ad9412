/** Calls one webhook for one request: whether it is concerned, what it says, and what follows when it cannot be reached. */
import type { KindRow } from '../../../api/kinds/row.js';
import { badRequest, StatusError, statusError } from '../../../api/status.js';
import type { AdmissionRequest, Authorizer, Lookup } from '../../contracts.js';
import type { WebhookClient } from '../../services/webhook-client.js';
import { type Asked, bind, conditionEnvironment } from '../policies/environment.js';
import { type Condition, compileConditions, meetsAll, Questions } from '../policies/expressions.js';
import type { Hook, Webhook } from './hooks.js';
import { matchingRow, selectsNamespace, selectsObject } from './match.js';
import type { Called, WebhookObserver, WebhookType } from './metrics.js';
import { denial, type Judgement, judgementOf, reviewOf, reviewVersion, type Shown } from './review.js';
import { convert, equivalentsOf } from './versions.js';

export interface CallerOptions {
  lookup: Lookup;
  /** All that are served now. */
  rows(): readonly KindRow[];
  /** What conditions can ask about. */
  authorizer: Authorizer;
  client: Pick<WebhookClient, 'post'>;
  uid(): string;
  /** Told of a webhook that could not be asked, and whose configuration says to go on. */
  failedOpen(hook: Hook, error: Error): void;
  observer?: WebhookObserver;
  /** Milliseconds, for durations. */
  now(): number;
}

/** What a webhook said, and in which version it was asked. */
export interface Said {
  judgement: Judgement;
  shown: Shown;
}

export class WebhookCaller {
  readonly #conditions = new WeakMap<Webhook, Condition[]>();

  constructor(private readonly options: CallerOptions) {}

  /** The row in whose version the webhook is asked; undefined when it is not concerned. */
  concerned(hook: Hook, request: AdmissionRequest): KindRow | undefined {
    const { lookup, rows } = this.options;
    const row = matchingRow(hook.webhook, request, equivalentsOf(request.row, rows()));
    if (!row) return undefined;
    const selected = selectsNamespace(hook.namespaces, request, lookup) && selectsObject(hook.objects, request);
    return selected ? row : undefined;
  }

  /**
   * Undefined when its conditions say that it need not be asked, or it could not be, and is not to hold things up. Throws a
   * StatusError when it refuses.
   */
  async call(type: WebhookType, hook: Hook, request: AdmissionRequest, row: KindRow): Promise<Said | undefined> {
    const { webhook } = hook;
    const began = this.options.now();
    const tell = (outcome: Pick<Called, 'code' | 'rejected' | 'failure'>): void =>
      this.options.observer?.called({
        ...{ name: webhook.name, type, operation: request.operation },
        ...{ milliseconds: this.options.now() - began, ...outcome },
      });
    if (request.dryRun && !['None', 'NoneOnDryRun'].includes(webhook.sideEffects)) {
      throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`);
    }
    let said: Said | undefined;
    try {
      said = await this.#ask(hook, request, row);
    } catch (error) {
      const rejected = error instanceof StatusError || webhook.failurePolicy !== 'Ignore';
      const failure = error instanceof StatusError ? 'apiserver_internal_error' : 'calling_webhook_error';
      tell({ code: 0, rejected, failure });
      if (error instanceof StatusError) throw error;
      if (!rejected) this.options.observer?.failedOpen(webhook.name, type);
      return this.#failed(hook, error as Error);
    }
    if (!said) return undefined;
    const { judgement } = said;
    const refusal = judgement.allowed ? undefined : denial(webhook.name, judgement);
    tell({ code: refusal?.code ?? 200, rejected: refusal !== undefined });
    request.warnings?.push(...judgement.warnings);
    for (const [key, value] of Object.entries(judgement.auditAnnotations)) {
      if (request.annotations) request.annotations[`${webhook.name}/${key}`] = value;
    }
    if (refusal) throw refusal;
    return said;
  }

  async #ask({ webhook }: Hook, request: AdmissionRequest, row: KindRow): Promise<Said | undefined> {
    const { object, oldObject } = request;
    const shown: Shown = {
      row,
      ...(object ? { object: await convert(object, request.row, row) } : {}),
      ...(oldObject ? { oldObject: await convert(oldObject, request.row, row) } : {}),
    };
    if (!this.#meets(webhook, { request, shown })) return undefined;
    const version = reviewVersion(webhook.admissionReviewVersions);
    const uid = this.options.uid();
    const review = reviewOf(version, uid, request, shown);
    const answer = await this.options.client.post(webhook, review).catch((error: Error) => {
      throw new Error(`failed to call webhook: ${error.message}`, { cause: error });
    });
    return { judgement: judgementOf(answer, version, uid), shown };
  }

  /** Throws RuleError and CompileError. */
  #meets(webhook: Webhook, asked: Asked): boolean {
    if (!webhook.matchConditions?.length) return true;
    const environment = conditionEnvironment();
    let conditions = this.#conditions.get(webhook);
    if (!conditions) {
      conditions = compileConditions(environment, webhook.matchConditions);
      this.#conditions.set(webhook, conditions);
    }
    return meetsAll(conditions, new Questions(bind(environment, asked, this.options)));
  }

  #failed(hook: Hook, error: Error): undefined {
    const { name, failurePolicy } = hook.webhook;
    if (failurePolicy === 'Ignore') {
      this.options.failedOpen(hook, error);
      return undefined;
    }
    const said = `failed calling webhook ${JSON.stringify(name)}: ${error.message}`;
    throw statusError('InternalError', `Internal error occurred: ${said}`, { causes: [{ message: said }] });
  }
}
