import type { Service, ServicePort } from '../../types.js';
import { balancerText } from '../balancer.js';
import { ageColumn, labelText, nameColumn, none, text } from '../columns.js';

function externalIP(service: Service): string {
  const { type, externalIPs = [], externalName = '' } = service.spec ?? {};
  if (type === 'ExternalName') return externalName;
  if (type !== 'LoadBalancer') return externalIPs.length > 0 ? externalIPs.join(',') : none;
  const balanced = balancerText(service.status?.loadBalancer);
  const all = [balanced, ...externalIPs].filter(name => name !== '').join(',');
  return all === '' ? '<pending>' : all;
}

const portText = (port: ServicePort): string =>
  port.nodePort ? `${port.port}:${port.nodePort}/${port.protocol}` : `${port.port}/${port.protocol}`;

export const columns = [
  nameColumn,
  text<Service>('Type', service => service.spec?.type ?? ''),
  text<Service>('Cluster-IP', service => service.spec?.clusterIPs?.[0] || service.spec?.clusterIP || none),
  text<Service>('External-IP', externalIP),
  text<Service>('Port(s)', service => (service.spec?.ports ?? []).map(portText).join(',') || none),
  ageColumn,
  text<Service>('Selector', service => labelText(service.spec?.selector), 'wide'),
];
