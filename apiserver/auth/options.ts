/** How a server authenticates, beyond client certificates: what Kubernetes' flags of the same names say. */
import type { FrontProxyOptions } from './front-proxy.js';
import type { OidcOptions } from './oidc/authenticator.js';

export interface AuthenticationOptions {
  /** `--anonymous-auth` */
  anonymous: boolean;
  /** `--enable-bootstrap-token-auth` */
  bootstrapTokens: boolean;
  /** `--token-auth-file` */
  tokenFile?: string;
  /** `--api-audiences`: the issuer unless said. */
  apiAudiences?: readonly string[];
  serviceAccounts: {
    /** `--service-account-issuer`: the first signs, all are taken. */
    issuers: readonly [string, ...string[]];
    /** `--service-account-signing-key-file`: pki/sa.key unless said. */
    signingKey?: string;
    /** `--service-account-key-file`: pki/sa.pub unless said. */
    verificationKeys?: readonly string[];
    /** `--service-account-jwks-uri` */
    jwksUri?: string;
    /** `--service-account-max-token-expiration`, in seconds. */
    maxExpirationSeconds?: number;
  };
  /** `--oidc-...`; the CA as a file. */
  oidc?: Omit<OidcOptions, 'ca'> & { caFile?: string };
  /** `--requestheader-...` without the CA, which TLS must know. */
  frontProxy: FrontProxyOptions;
}

export const defaultIssuer = 'https://kubernetes.default.svc.cluster.local';

export const defaultAuthentication: AuthenticationOptions = {
  anonymous: true,
  bootstrapTokens: true,
  serviceAccounts: { issuers: [defaultIssuer] },
  frontProxy: {
    allowedNames: ['front-proxy-client'],
    usernameHeaders: ['X-Remote-User'],
    uidHeaders: ['X-Remote-Uid'],
    groupHeaders: ['X-Remote-Group'],
    extraHeaderPrefixes: ['X-Remote-Extra-'],
  },
};
