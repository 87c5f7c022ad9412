/** Can an aggregated version be reached? What is wrong is said as Kubernetes says it. */
import type { RequestOptions } from 'node:https';
import type { APIService, EndpointSlice, Service } from '../../api/types.js';
import type { Lookup } from '../contracts.js';
import { get } from './get.js';
import { checker, identityHeaders } from './headers.js';

export interface Verdict {
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** What discovery says of the version, where it answers. */
export interface ResourceList {
  resources?: {
    name: string;
    singularName?: string;
    kind: string;
    namespaced: boolean;
    verbs: string[];
    shortNames?: string[];
    categories?: string[];
  }[];
}

const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message });
const passed: Verdict = { status: 'True', reason: 'Passed', message: 'all checks passed' };

/** What the cluster's own objects say; undefined when nothing speaks against asking the server. */
export function preflight({ spec }: APIService, lookup: Lookup): Verdict | undefined {
  const { namespace = '', name = '', port = 443 } = spec?.service ?? {};
  const quoted = `service/${name} in ${JSON.stringify(namespace)}`;
  const service = lookup.get({ group: '', resource: 'services' }, namespace, name) as unknown as Service | undefined;
  if (!service) return no('ServiceNotFound', `${quoted} is not present`);
  if (service.spec?.type === 'ExternalName') return undefined;
  const wanted = service.spec?.ports?.find(of => of.port === port);
  if (!wanted) return no('ServicePortError', `${quoted} is not listening on port ${port}`);
  if (!service.spec?.selector) return undefined;
  const slices = [
    ...lookup.list({ group: 'discovery.k8s.io', resource: 'endpointslices' }, namespace),
  ] as unknown as EndpointSlice[];
  const own = slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
  if (own.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for ${quoted}`);
  const ready = own.some(
    ({ endpoints, ports }) =>
      ports?.some(of => (of.name ?? '') === (wanted.name ?? '')) &&
      endpoints?.some(({ conditions }) => conditions?.ready !== false),
  );
  const why = `endpoints for ${quoted} have no addresses with port name ${JSON.stringify(wanted.name ?? '')}`;
  return ready ? undefined : no('MissingEndpoints', why);
}

/** Asks the server for the document of the version. */
export async function probe(
  place: RequestOptions,
  { spec }: APIService,
): Promise<{ verdict: Verdict; list?: ResourceList }> {
  const path = `/apis/${spec?.group}/${spec?.version}`;
  const shown = `https://${place.host}:${place.port}${path}`;
  try {
    const { status, text } = await get({
      ...place,
      path,
      headers: { ...place.headers, ...identityHeaders(checker), accept: 'application/json' },
    });
    if (status < 200 || status > 299) {
      return {
        verdict: no(
          'FailedDiscoveryCheck',
          `failing or missing response from ${shown}: bad status from ${shown}: ${status}`,
        ),
      };
    }
    return { verdict: passed, list: JSON.parse(text) as ResourceList };
  } catch (error) {
    const message = `failing or missing response from ${shown}: Get ${JSON.stringify(shown)}: ${(error as Error).message}`;
    return { verdict: no('FailedDiscoveryCheck', message) };
  }
}
