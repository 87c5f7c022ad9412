/**
 * Pods' log, exec, attach and portforward: the subresources that are answered by the kubelet of the pod's node. The
 * API server finds the kubelet, checks the options, and stands between the two streams.
 */
import type { IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { badRequest, StatusError, statusError } from '../../api/status.js';
import type { RequestInfo } from '../contracts.js';
import type { KubeletProxy, KubeletProxyOptions } from './contracts.js';
import { join } from './join.js';
import { Kubelets, type Upgraded } from './kubelets.js';
import { clientGone, emptyLog, passLog } from './logs.js';
import { logProtocolOf, spdyHeaders, tunnelHeaders, type Way, wayOf } from './protocols.js';
import { headOf, refuseUpgrade } from './socket-answer.js';
import { logTarget, streamTarget, type Target } from './target.js';
import type { Opening } from './websocket.js';

export type * from './contracts.js';

const keepAliveMs = 30_000;

export function createKubeletProxy({ lookup, credentials, log }: KubeletProxyOptions): KubeletProxy {
  const kubelets = new Kubelets(credentials);
  const streams = new Set<Duplex>();
  return {
    async handle(request, response, info) {
      if (info.subresource !== 'log') throw badRequest('Upgrade request required');
      const target = logTarget(lookup, info, queryOf(request.url));
      if (!target) return emptyLog(response);
      await passLog(await kubelets.get(target, clientGone(response)), response);
    },

    async upgrade(request, socket, head, info) {
      streams.add(socket);
      socket.once('close', () => streams.delete(socket));
      // Without a listener, a client that resets the connection would end the process.
      socket.on('error', error => log.debug({ error: error.message, path: info.path }, 'a streaming client has gone'));
      try {
        if (info.subresource === 'log') return await logOver(kubelets, lookup, { request, socket, head }, info);
        const { target, options } = streamTarget(lookup, info, queryOf(request.url));
        const way = wayOf(request, info.subresource);
        const open = await openerOf(way);
        const kubelet = await reach(kubelets, target, way, request, socket);
        start({ request, socket, head, kubelet, options }, open);
        return 101;
      } catch (error) {
        const refusal = error instanceof StatusError ? error : statusError('InternalError', (error as Error).message);
        if (refusal !== error) log.error({ error, path: info.path }, 'an upgrade failed');
        refuseUpgrade(socket, refusal);
        return refusal.code;
      }
    },

    async close() {
      for (const socket of streams) socket.destroy();
    },
  };
}

async function logOver(
  kubelets: Kubelets,
  lookup: KubeletProxyOptions['lookup'],
  client: Pick<Opening, 'request' | 'socket' | 'head'>,
  info: RequestInfo,
): Promise<number> {
  const protocol = logProtocolOf(client.request);
  const target = logTarget(lookup, info, queryOf(client.request.url));
  const { acceptLog } = await import('./websocket.js');
  const log = target ? await kubelets.get(target, goneSignal(client.socket)) : Readable.from([]);
  acceptLog(client, log, protocol);
  return 101;
}

/** Aborts when the client goes. */
function goneSignal(client: Duplex): AbortSignal {
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  return gone.signal;
}

const queryOf = (url: string | undefined): URLSearchParams =>
  new URLSearchParams((url ?? '').split(/\?(.*)/s)[1] ?? '');

/** Where two protocols meet, the kubelet hears SPDY, which all of them speak; else what the client said. */
function reach(
  kubelets: Kubelets,
  target: Target,
  way: Way,
  request: IncomingMessage,
  client: Duplex,
): Promise<Upgraded> {
  const gone = goneSignal(client);
  switch (way) {
    case 'translateExec':
      return kubelets.upgrade(target, 'POST', spdyHeaders('v4.channel.k8s.io'), gone);
    case 'unwrapPortForward':
      return kubelets.upgrade(target, 'POST', spdyHeaders('portforward.k8s.io'), gone);
    case 'tunnel':
      return kubelets.upgrade(target, request.method ?? 'GET', tunnelHeaders(request), gone);
  }
}

type Opener = (opening: Opening) => void;

/** Decided before the kubelet is called: between its answer and the first byte that is passed on, nothing may wait. */
async function openerOf(way: Way): Promise<Opener> {
  if (way === 'tunnel') return tunnel;
  const { acceptExec, acceptPortForward } = await import('./websocket.js');
  return way === 'translateExec' ? acceptExec : acceptPortForward;
}

function tunnel({ socket, head, kubelet }: Opening): void {
  socket.write(headOf(kubelet.answer));
  socket.write(kubelet.first);
  kubelet.socket.write(head);
  void join(socket, kubelet.socket);
}

/** The kubelet has switched; now the client is told so, and the streams run until one side ends them. */
function start(opening: Opening, open: Opener): void {
  const { socket, kubelet } = opening;
  for (const end of [socket, kubelet.socket]) keepAlive(end);
  open(opening);
  // A client whose handshake is not valid has been refused by now, and must not leave a stream behind.
  if (socket.destroyed || socket.writableEnded) kubelet.socket.destroy();
}

/** Finds out about a peer whose machine has gone silently. */
function keepAlive(socket: Duplex & { setKeepAlive?(on: boolean, afterMs: number): unknown }): void {
  socket.setKeepAlive?.(true, keepAliveMs);
}
