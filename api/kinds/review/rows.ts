/** Kinds that are asked and answered at once: who is this, may they. */
import type * as k8s from '@kubernetes/client-node';
import type { FieldError } from '../../status.js';
import type { KubeObject, Wire } from '../../types.js';
import { invalidValue, required } from '../../validation/errors.js';
import { defineReview } from '../define.js';

type Review<T> = Omit<Wire<T>, 'apiVersion' | 'kind' | 'metadata'> & KubeObject;

type SelfSubjectReview = Review<k8s.V1SelfSubjectReview>;
type TokenReview = Review<k8s.V1TokenReview>;
type SubjectAccessReview = Review<k8s.V1SubjectAccessReview>;
type SelfSubjectAccessReview = Review<k8s.V1SelfSubjectAccessReview>;
type SelfSubjectRulesReview = Review<k8s.V1SelfSubjectRulesReview>;

const authenticationGroup = 'authentication.k8s.io';
const authorizationGroup = 'authorization.k8s.io';

export const selfSubjectReviewRow = defineReview<SelfSubjectReview>({
  group: authenticationGroup,
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
  model: 'V1SelfSubjectReview',
});

export const tokenReviewRow = defineReview<TokenReview>({
  group: authenticationGroup,
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
  model: 'V1TokenReview',
  validate: review => (review.spec?.token ? [] : [required('spec.token')]),
});

interface Attributes {
  resourceAttributes?: unknown;
  nonResourceAttributes?: unknown;
}

function validateAttributes(spec: Attributes | undefined): FieldError[] {
  const { resourceAttributes = null, nonResourceAttributes = null } = spec ?? {};
  if (resourceAttributes && nonResourceAttributes) {
    const why = 'cannot be specified in combination with resourceAttributes';
    return [invalidValue('spec.nonResourceAttributes', nonResourceAttributes, why)];
  }
  if (resourceAttributes || nonResourceAttributes) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalidValue('spec.resourceAttributes', resourceAttributes, why)];
}

function validateSubject(spec: SubjectAccessReview['spec'] | undefined): FieldError[] {
  if (spec?.user || spec?.groups?.length) return [];
  return [invalidValue('spec.user', '', 'at least one of user or group must be specified')];
}

function validateLocal(review: SubjectAccessReview): FieldError[] {
  const errors = [...validateAttributes(review.spec), ...validateSubject(review.spec)];
  const asked = review.spec?.resourceAttributes;
  if (asked && (asked.namespace ?? '') !== (review.metadata.namespace ?? '')) {
    const why = 'must match metadata.namespace';
    errors.push(invalidValue('spec.resourceAttributes.namespace', asked.namespace ?? '', why));
  }
  if (review.spec?.nonResourceAttributes) {
    const why = 'disallowed on this kind of request';
    errors.push(invalidValue('spec.nonResourceAttributes', review.spec.nonResourceAttributes, why));
  }
  return errors;
}

export const subjectAccessReviewRow = defineReview<SubjectAccessReview>({
  group: authorizationGroup,
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
  model: 'V1SubjectAccessReview',
  validate: review => [...validateAttributes(review.spec), ...validateSubject(review.spec)],
});

export const selfSubjectAccessReviewRow = defineReview<SelfSubjectAccessReview>({
  group: authorizationGroup,
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
  model: 'V1SelfSubjectAccessReview',
  validate: review => validateAttributes(review.spec),
});

export const localSubjectAccessReviewRow = defineReview<SubjectAccessReview>({
  group: authorizationGroup,
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  namespaced: true,
  model: 'V1LocalSubjectAccessReview',
  validate: validateLocal,
});

export const selfSubjectRulesReviewRow = defineReview<SelfSubjectRulesReview>({
  group: authorizationGroup,
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  namespaced: false,
  model: 'V1SelfSubjectRulesReview',
  validate: review => (review.spec?.namespace ? [] : [required('spec.namespace')]),
});
