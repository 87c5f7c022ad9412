/** How an API server is reached, and who is calling: what a kubeconfig or a pod's service account comes down to. */

/**
 * Where a bearer token comes from when it changes with time. Called for each request, so it must remember. `refused` is
 * the token that the server has just answered 401 to: the source may then look for a newer one.
 */
export type TokenSource = (refused?: string) => string | Promise<string>;

export interface Connection {
  /** 'https://127.0.0.1:6443', with a path where the API is served below one. No slash at the end. */
  server: string;
  /** The namespace that commands without one mean. */
  namespace: string;
  /** PEM. Absent: the certificate authorities that Node trusts. */
  ca?: string;
  /** PEM, with `key`: a client certificate. */
  cert?: string;
  key?: string;
  token?: string;
  /** Goes before `token`. */
  tokenSource?: TokenSource;
  basic?: { username: string; password: string };
  /** Act as someone else (kubectl's --as), where RBAC allows it. */
  impersonate?: { user: string; groups?: readonly string[]; uid?: string };
  insecureSkipTlsVerify?: boolean;
  /** Asked before each request: what to use from then on, where the client's certificate has been rotated. */
  renewed?: () => Connection | undefined;
  /** The name that the server's certificate must bear, when it is not the host in `server`. */
  tlsServerName?: string;
}
