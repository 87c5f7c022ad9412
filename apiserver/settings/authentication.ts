/** The flags that say how users prove who they are. */
import { type AuthenticationOptions, defaultAuthentication } from '../auth/options.js';
import { FlagError, type Flags } from './flags.js';

export const authenticationFlags = [
  ...['anonymous-auth', 'api-audiences', 'enable-bootstrap-token-auth', 'token-auth-file'],
  ...['oidc-issuer-url', 'oidc-client-id', 'oidc-ca-file', 'oidc-username-claim', 'oidc-username-prefix'],
  ...['oidc-groups-claim', 'oidc-groups-prefix', 'oidc-required-claim', 'oidc-signing-algs'],
  ...['requestheader-allowed-names', 'requestheader-username-headers', 'requestheader-uid-headers'],
  ...['requestheader-group-headers', 'requestheader-extra-headers-prefix'],
  ...['service-account-issuer', 'service-account-signing-key-file', 'service-account-key-file'],
  ...['service-account-jwks-uri', 'service-account-max-token-expiration'],
];

/** Throws FlagError. */
export function authenticationOf(flags: Flags): AuthenticationOptions {
  const tokenFile = flags.text('token-auth-file');
  const apiAudiences = flags.list('api-audiences');
  const oidc = oidcOf(flags);
  return {
    anonymous: flags.switch('anonymous-auth') ?? defaultAuthentication.anonymous,
    bootstrapTokens: flags.switch('enable-bootstrap-token-auth') ?? defaultAuthentication.bootstrapTokens,
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(apiAudiences === undefined ? {} : { apiAudiences }),
    serviceAccounts: serviceAccountsOf(flags),
    ...(oidc ? { oidc } : {}),
    frontProxy: frontProxyOf(flags),
  };
}

function serviceAccountsOf(flags: Flags): AuthenticationOptions['serviceAccounts'] {
  const [first, ...others] = flags.all('service-account-issuer') ?? [];
  const signingKey = flags.text('service-account-signing-key-file');
  const verificationKeys = flags.list('service-account-key-file');
  const jwksUri = flags.text('service-account-jwks-uri');
  const maxExpirationSeconds = flags.seconds('service-account-max-token-expiration');
  if (maxExpirationSeconds !== undefined && (maxExpirationSeconds < 3600 || maxExpirationSeconds > 2 ** 32)) {
    throw new FlagError('--service-account-max-token-expiration must be between 1 hour and 2^32 seconds');
  }
  if (jwksUri !== undefined && !jwksUri.startsWith('https://')) {
    throw new FlagError(`--service-account-jwks-uri must be an https URL, and not ${JSON.stringify(jwksUri)}`);
  }
  return {
    issuers: first === undefined ? defaultAuthentication.serviceAccounts.issuers : [first, ...others],
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(verificationKeys === undefined ? {} : { verificationKeys }),
    ...(jwksUri === undefined ? {} : { jwksUri }),
    ...(maxExpirationSeconds === undefined ? {} : { maxExpirationSeconds }),
  };
}

/** RSA and elliptic curves; symmetric algorithms and 'none' prove nothing here. */
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'];

function oidcOf(flags: Flags): AuthenticationOptions['oidc'] {
  const [issuer, clientId] = [flags.text('oidc-issuer-url'), flags.text('oidc-client-id')];
  if (issuer === undefined && clientId === undefined) return undefined;
  if (!issuer || !clientId) throw new FlagError('--oidc-issuer-url and --oidc-client-id must be specified together');
  if (!issuer.startsWith('https://')) {
    throw new FlagError(`--oidc-issuer-url must be an https URL, and not ${JSON.stringify(issuer)}`);
  }
  const signing = flags.list('oidc-signing-algs') ?? ['RS256'];
  const unknown = signing.find(algorithm => !algorithms.includes(algorithm));
  if (unknown !== undefined) throw new FlagError(`--oidc-signing-algs: ${unknown} is none of ${algorithms.join(', ')}`);
  const usernamePrefix = flags.text('oidc-username-prefix');
  const groupsClaim = flags.text('oidc-groups-claim');
  const caFile = flags.text('oidc-ca-file');
  return {
    issuer,
    clientId,
    usernameClaim: flags.text('oidc-username-claim') ?? 'sub',
    ...(usernamePrefix === undefined ? {} : { usernamePrefix }),
    ...(groupsClaim === undefined ? {} : { groupsClaim }),
    groupsPrefix: flags.text('oidc-groups-prefix') ?? '',
    requiredClaims: flags.map('oidc-required-claim') ?? {},
    algorithms: signing,
    ...(caFile === undefined ? {} : { caFile }),
  };
}

function frontProxyOf(flags: Flags): AuthenticationOptions['frontProxy'] {
  const { frontProxy } = defaultAuthentication;
  return {
    allowedNames: flags.list('requestheader-allowed-names') ?? frontProxy.allowedNames,
    usernameHeaders: flags.list('requestheader-username-headers') ?? frontProxy.usernameHeaders,
    uidHeaders: flags.list('requestheader-uid-headers') ?? frontProxy.uidHeaders,
    groupHeaders: flags.list('requestheader-group-headers') ?? frontProxy.groupHeaders,
    extraHeaderPrefixes: flags.list('requestheader-extra-headers-prefix') ?? frontProxy.extraHeaderPrefixes,
  };
}
