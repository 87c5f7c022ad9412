/** Runs the admission plug-ins: first all that change, then all that only judge. */
import type { AdmissionPlugin, AdmissionRequest } from '../contracts.js';

/** Throws what a plug-in throws: a StatusError that refuses the request. */
export async function mutate(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) if (plugin.mutate && plugin.handles(request)) await plugin.mutate(request);
}

export async function validate(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) if (plugin.validate && plugin.handles(request)) await plugin.validate(request);
}
