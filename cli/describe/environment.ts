/** The environment of a container, in words: where each variable's value comes from, and what it is where that is known. */
import * as quantity from '../../api/quantity.js';
import type { Container, EnvVar, Pod } from '../../api/types.js';
import type { Item } from './text.js';

/** `pod` is absent for templates: their fields have no values yet. */
export function environment(container: Container, pod: Pod | undefined): Item[] {
  const from = (container.envFrom ?? []).map(source => {
    const kind = source.configMapRef ? 'ConfigMap' : 'Secret';
    const { name, optional } = source.configMapRef ?? source.secretRef ?? {};
    const prefix = source.prefix ? ` with prefix '${source.prefix}'` : '';
    return `${name}\t${kind}${prefix}\tOptional: ${optional ?? false}`;
  });
  const variables = (container.env ?? []).map((variable): Item => [variable.name, textOf(variable, container, pod)]);
  return [
    ...(from.length > 0 ? [{ heading: 'Environment Variables from', block: from }] : []),
    variables.length > 0 ? { heading: 'Environment', block: variables } : ['Environment', '<none>'],
  ];
}

function textOf(variable: EnvVar, container: Container, pod: Pod | undefined): string | string[] {
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = variable.valueFrom ?? {};
  if (fieldRef) return `${fieldValue(pod, fieldRef.fieldPath)} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`;
  if (resourceFieldRef)
    return `${resourceValue(container, resourceFieldRef.resource, resourceFieldRef.divisor)} (${resourceFieldRef.resource})`;
  if (secretKeyRef)
    return `<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name}'>\tOptional: ${secretKeyRef.optional ?? false}`;
  if (configMapKeyRef)
    return `<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name}'>\tOptional: ${configMapKeyRef.optional ?? false}`;
  return (variable.value ?? '').split('\n');
}

/** Of the metadata only; the rest is known where the container runs. */
function fieldValue(pod: Pod | undefined, path: string): string {
  const { name, namespace, uid, labels, annotations } = pod?.metadata ?? {};
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (entry) return (entry[1] === 'labels' ? labels : annotations)?.[entry[2] ?? ''] ?? '';
  return { 'metadata.name': name, 'metadata.namespace': namespace, 'metadata.uid': uid }[path] ?? '';
}

/** 'limits.cpu' in units of the divisor, rounded up. */
function resourceValue({ resources }: Container, reference: string, divisor: string | undefined): string {
  const [kind = '', ...name] = reference.split('.');
  const amounts = kind === 'limits' ? resources?.limits : resources?.requests;
  const amount = quantity.tryParse(amounts?.[name.join('.')] ?? '0');
  const unit = quantity.tryParse(divisor ?? '1');
  if (!amount) return '0';
  const by = unit && unit.nanos > 0n ? unit.nanos : 1_000_000_000n;
  return String((amount.nanos + by - 1n) / by);
}
