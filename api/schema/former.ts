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
  V1beta1Ingress: { home: 'networking.v1beta1', like: 'V1Ingress', fields: { spec: 'V1beta1IngressSpec' } },
  V1beta1IngressList: { home: 'networking.v1beta1', like: 'V1IngressList', fields: { items: '[]V1beta1Ingress' } },
  V1beta1IngressSpec: {
    home: 'networking.v1beta1',
    like: 'V1IngressSpec',
    without: ['defaultBackend'],
    fields: { backend: 'V1beta1IngressBackend', rules: '[]V1beta1IngressRule' },
    descriptions: { backend: 'Where requests go that no rule matches.' },
  },
  V1beta1IngressRule: {
    home: 'networking.v1beta1',
    like: 'V1IngressRule',
    fields: { http: 'V1beta1HTTPIngressRuleValue' },
  },
  V1beta1HTTPIngressRuleValue: {
    home: 'networking.v1beta1',
    like: 'V1HTTPIngressRuleValue',
    fields: { paths: '[]V1beta1HTTPIngressPath' },
  },
  V1beta1HTTPIngressPath: {
    home: 'networking.v1beta1',
    like: 'V1HTTPIngressPath',
    // Named again, it is not required.
    without: ['pathType'],
    fields: { pathType: 'string', backend: 'V1beta1IngressBackend' },
  },
  V1beta1IngressBackend: {
    home: 'networking.v1beta1',
    like: 'V1IngressBackend',
    without: ['service'],
    fields: { serviceName: 'string', servicePort: 'int-or-string' },
    descriptions: { serviceName: 'The service that is asked.', servicePort: 'Its port, by number or name.' },
  },
  V1beta2PriorityLevelConfiguration: {
    home: 'flowcontrol.v1beta2',
    like: 'V1PriorityLevelConfiguration',
    fields: { spec: 'V1beta2PriorityLevelConfigurationSpec' },
  },
  V1beta2PriorityLevelConfigurationList: {
    home: 'flowcontrol.v1beta2',
    like: 'V1PriorityLevelConfigurationList',
    fields: { items: '[]V1beta2PriorityLevelConfiguration' },
  },
  V1beta2PriorityLevelConfigurationSpec: {
    home: 'flowcontrol.v1beta2',
    like: 'V1PriorityLevelConfigurationSpec',
    fields: { limited: 'V1beta2LimitedPriorityLevelConfiguration' },
  },
  V1beta2LimitedPriorityLevelConfiguration: {
    home: 'flowcontrol.v1beta2',
    like: 'V1LimitedPriorityLevelConfiguration',
    without: ['nominalConcurrencyShares'],
    fields: { assuredConcurrencyShares: 'int32' },
    descriptions: {
      assuredConcurrencyShares: 'The share of the seats that this level has, beside the shares of the others.',
    },
  },
};
