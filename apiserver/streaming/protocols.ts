/** What a client that upgrades wants to speak, and which of its headers a kubelet may see. */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { badRequest } from '../../api/status.js';

/** The subprotocols that are ended here and translated; all others go through byte for byte. */
export const execProtocol = 'v5.channel.k8s.io';
export const portForwardProtocol = 'SPDY/3.1+portforward.k8s.io';

/** A log's messages are bytes, or text in base64. */
const binaryLogProtocol = 'binary.k8s.io';
export const base64LogProtocol = 'base64.binary.k8s.io';
/** A client that names none gets bytes. */
export type LogProtocol = typeof binaryLogProtocol | typeof base64LogProtocol | undefined;

const bearerPrefix = 'base64url.bearer.authorization.k8s.io.';

export type Way = 'translateExec' | 'unwrapPortForward' | 'tunnel';

/** `subresource` is exec, attach or portforward. */
export function wayOf(request: Pick<IncomingMessage, 'headers'>, subresource: string): Way {
  const offered = webSocketProtocols(request);
  if (subresource !== 'portforward' && offered.includes(execProtocol)) return 'translateExec';
  if (subresource === 'portforward' && offered.includes(portForwardProtocol)) return 'unwrapPortForward';
  return 'tunnel';
}

/** Throws a StatusError for what is no WebSocket, and for one that speaks none of them. */
export function logProtocolOf(request: Pick<IncomingMessage, 'headers'>): LogProtocol {
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') throw badRequest('a log upgrades to WebSockets only');
  const offered = webSocketProtocols(request).filter(protocol => protocol !== '');
  const chosen = offered.find(protocol => protocol === binaryLogProtocol || protocol === base64LogProtocol);
  if (!chosen && offered.length > 0)
    throw badRequest(`a log is sent as ${binaryLogProtocol} or ${base64LogProtocol}, not as ${offered.join(', ')}`);
  return chosen;
}

function webSocketProtocols({ headers }: Pick<IncomingMessage, 'headers'>): string[] {
  if (headers.upgrade?.toLowerCase() !== 'websocket') return [];
  return (headers['sec-websocket-protocol'] ?? '').split(',').map(protocol => protocol.trim());
}

const passed = ['connection', 'upgrade', 'user-agent', 'x-stream-protocol-version'];

/** What a kubelet needs of the client's headers. Credentials stay here, also the token among the subprotocols. */
export function tunnelHeaders(request: Pick<IncomingMessage, 'headers' | 'headersDistinct'>): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {};
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    if (values && (passed.includes(name) || name.startsWith('sec-websocket-'))) out[name] = values;
  }
  const protocols = webSocketProtocols(request).filter(protocol => !protocol.startsWith(bearerPrefix));
  if (out['sec-websocket-protocol'] !== undefined) out['sec-websocket-protocol'] = protocols.join(', ');
  return out;
}

/** For a SPDY connection of our own. */
export const spdyHeaders = (protocol: string): OutgoingHttpHeaders => ({
  connection: 'Upgrade',
  upgrade: 'SPDY/3.1',
  'x-stream-protocol-version': protocol,
});
