/**
 * Models that client-node does not have: of versions that Kubernetes serves no more, and that older components still
 * speak, and of the metrics API, which is not Kubernetes' own server's. Each is a present model with some fields more,
 * fewer or of another type. Part of the build (tools/schemas.ts) reads it.
 */
export interface FormerModel {
  /** 'discovery.v1beta1': where its definition stands, under io.k8s.api. */
  home: string;
  /** The present model. */
  like: string;
  without?: readonly string[];
  /** Fields and their types, in the terms of the generated file ('{}string', '[]V1beta1Endpoint'). */
  fields?: Readonly<Record<string, string>>;
  descriptions?: Readonly<Record<string, string>>;
}

export const formerModels: Readonly<Record<string, FormerModel>> = {
  V1beta1NodeMetrics: {
    home: 'metrics.v1beta1',
    like: 'V1ComponentStatus',
    without: ['conditions'],
    fields: { timestamp: 'date-time', window: 'string', usage: '{}string' },
    descriptions: { usage: 'What the node uses: cpu and memory.' },
  },
  V1beta1NodeMetricsList: {
    home: 'metrics.v1beta1',
    like: 'V1ComponentStatusList',
    fields: { items: '[]V1beta1NodeMetrics' },
  },
  V1beta1PodMetrics: {
    home: 'metrics.v1beta1',
    like: 'V1ComponentStatus',
    without: ['conditions'],
    fields: { timestamp: 'date-time', window: 'string', containers: '[]V1beta1ContainerMetrics' },
    descriptions: { containers: 'What each container uses.' },
  },
  V1beta1PodMetricsList: {
    home: 'metrics.v1beta1',
    like: 'V1ComponentStatusList',
    fields: { items: '[]V1beta1PodMetrics' },
  },
  V1beta1ContainerMetrics: {
    home: 'metrics.v1beta1',
    like: 'V1ComponentCondition',
    without: ['error', 'message', 'status', 'type'],
    fields: { name: 'string', usage: '{}string' },
    descriptions: { usage: 'What the container uses: cpu and memory.' },
  },
  V1beta1EndpointSlice: {
    home: 'discovery.v1beta1',
    like: 'V1EndpointSlice',
    fields: { endpoints: '[]V1beta1Endpoint' },
  },
  V1beta1EndpointSliceList: {
    home: 'discovery.v1beta1',
    like: 'V1EndpointSliceList',
    fields: { items: '[]V1beta1EndpointSlice' },
  },
  V1beta1Endpoint: {
    home: 'discovery.v1beta1',
    like: 'V1Endpoint',
    without: ['zone', 'deprecatedTopology'],
    fields: { topology: '{}string' },
    descriptions: {
      topology:
        'Where the endpoint is, as labels: kubernetes.io/hostname is its node, topology.kubernetes.io/zone and topology.kubernetes.io/region where that stands. At most 16.',
    },
  },
};
