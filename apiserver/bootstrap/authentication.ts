/** What others learn from this server of how it authenticates: ConfigMaps of kube-system, as Kubernetes keeps them. */
import type { AnyObject } from '../../api/types.js';
import type { FrontProxyOptions } from '../auth/front-proxy.js';

export interface AuthenticationFacts {
  /** In PEM. */
  clientCa: string;
  proxyCa: string;
  frontProxy: FrontProxyOptions;
}

const configMap = (name: string, data: Record<string, string>): AnyObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'kube-system' },
  data,
});

/** Aggregated API servers read it, and then believe the same certificates and the same proxies. */
export function authenticationConfigMap({ clientCa, proxyCa, frontProxy }: AuthenticationFacts): AnyObject {
  const list = (names: readonly string[]): string => JSON.stringify(names);
  return configMap('extension-apiserver-authentication', {
    'client-ca-file': clientCa,
    'requestheader-allowed-names': list(frontProxy.allowedNames),
    'requestheader-client-ca-file': proxyCa,
    'requestheader-extra-headers-prefix': list(frontProxy.extraHeaderPrefixes),
    'requestheader-group-headers': list(frontProxy.groupHeaders),
    'requestheader-uid-headers': list(frontProxy.uidHeaders),
    'requestheader-username-headers': list(frontProxy.usernameHeaders),
  });
}

export const legacyTracking = 'kube-apiserver-legacy-service-account-token-tracking';

/** Since when uses of tokens that lie in Secrets are written down: what was not used since is not used. */
export const legacyTrackingConfigMap = (day: string): AnyObject => configMap(legacyTracking, { since: day });
