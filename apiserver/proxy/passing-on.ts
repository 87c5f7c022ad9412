/** Requests that others answer: a pod's streams and log its kubelet, what is below /proxy whoever is named there. */
import type { RequestInfo } from '../contracts.js';
import type { KubeletProxy, KubeletProxyOptions } from '../streaming/contracts.js';
import { createKubeletProxy } from '../streaming/index.js';
import { ResourceProxy } from './index.js';

export function passingOn(options: KubeletProxyOptions): KubeletProxy {
  const kubelets = createKubeletProxy(options);
  const resources = new ResourceProxy({ ...options, random: Math.random });
  const by = ({ rest }: RequestInfo): KubeletProxy => (rest === undefined ? kubelets : resources);
  return {
    handle: (request, response, info) => by(info).handle(request, response, info),
    upgrade: (request, socket, head, info) => by(info).upgrade(request, socket, head, info),
    async close() {
      await Promise.all([kubelets.close(), resources.close()]);
    },
  };
}
