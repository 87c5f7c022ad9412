/** The webhooks that are configured, in the order in which they are called. */
import { labelSelectorOf, type Selector } from '../../../api/selectors/index.js';
import type { AnyObject, MutatingWebhook, MutatingWebhookConfiguration } from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';

/** A validating webhook is one that never says anything of reinvocation. */
export type Webhook = Omit<MutatingWebhook, 'reinvocationPolicy'> & { reinvocationPolicy?: string };

export interface Hook {
  /** The name of its configuration, and its place there. */
  configuration: string;
  index: number;
  webhook: Webhook;
  namespaces: Selector;
  objects: Selector;
}

const group = 'admissionregistration.k8s.io';

/** Whoever configures admission must be able to mend it: no webhook is asked about these. */
export const isExempt = (row: { group: string }): boolean => row.group === group;

export class Hooks {
  #known: readonly Hook[] | undefined;

  constructor(
    private readonly lookup: Lookup,
    private readonly plural: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations',
  ) {
    lookup.onChange({ group, resource: plural }, () => {
      this.#known = undefined;
    });
  }

  /** By the name of the configuration, then in its order. */
  all(): readonly Hook[] {
    if (this.#known) return this.#known;
    const configurations = [...this.lookup.list({ group, resource: this.plural })];
    configurations.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    this.#known = configurations.flatMap(hooksOf);
    return this.#known;
  }
}

function hooksOf(object: AnyObject): Hook[] {
  const { metadata, webhooks = [] } = object as unknown as MutatingWebhookConfiguration;
  return webhooks.map((webhook, index) => ({
    configuration: metadata.name ?? '',
    index,
    webhook,
    namespaces: labelSelectorOf(webhook.namespaceSelector ?? {}),
    objects: labelSelectorOf(webhook.objectSelector ?? {}),
  }));
}
