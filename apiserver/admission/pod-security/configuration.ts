/** What holds where a namespace's labels say nothing, and for whom nothing holds. */
import { type Level, levels, type Policies } from './levels.js';

export interface PodSecurityConfiguration {
  defaults: Policies;
  exempt: { users: ReadonlySet<string>; runtimeClasses: ReadonlySet<string>; namespaces: ReadonlySet<string> };
}

export const noConfiguration: PodSecurityConfiguration = {
  defaults: { enforce: { level: 'privileged' }, audit: { level: 'privileged' }, warn: { level: 'privileged' } },
  exempt: { users: new Set(), runtimeClasses: new Set(), namespaces: new Set() },
};

export const isLevel = (text: unknown): text is Level => (levels as readonly unknown[]).includes(text);

export const isVersion = (text: unknown): text is string =>
  typeof text === 'string' && /^(latest|v1\.(0|[1-9][0-9]*))$/.test(text);
