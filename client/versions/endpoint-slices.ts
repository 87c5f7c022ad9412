/** EndpointSlices as Kubernetes 1.20 has them, discovery.k8s.io/v1beta1, and as everybody here sees them. */
import { endpointFromV1, endpointToV1, hostname } from '../../api/kinds/endpointslice/topology.js';
import type { Endpoint, EndpointSlice, KubeObject } from '../../api/types.js';

export const slicesFromBeta = (object: KubeObject): KubeObject => mapped(object, fromBeta);
export const slicesToBeta = (object: KubeObject): KubeObject => mapped(object, endpointFromV1);

function mapped(object: KubeObject, each: (endpoint: Endpoint) => Endpoint): KubeObject {
  const { endpoints } = object as Partial<EndpointSlice>;
  return { ...object, endpoints: (endpoints ?? []).map(each) } as KubeObject;
}

/** 1.20 has no field for the node, and knows of an endpoint only whether it is ready. */
function fromBeta(endpoint: Endpoint): Endpoint {
  const { deprecatedTopology: { [hostname]: node, ...others } = {}, ...rest } = endpointToV1(endpoint);
  const ready = rest.conditions?.ready;
  const nodeName = rest.nodeName ?? node;
  return {
    ...rest,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(ready === undefined ? {} : { conditions: { serving: ready, terminating: false, ...rest.conditions } }),
    ...(Object.keys(others).length === 0 ? {} : { deprecatedTopology: others }),
  };
}
