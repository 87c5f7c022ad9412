/** Admission policies, validating or mutating, and their bindings: as they are configured now, compiled. */
import { CompileError, type Program } from '../../../api/cel/index.js';
import { labelSelectorOf, type Selector } from '../../../api/selectors/index.js';
import type {
  AnyObject,
  MatchResources,
  MutatingAdmissionPolicy,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';
import { policyEnvironment } from './environment.js';
import { type Condition, compileConditions, compileIn } from './expressions.js';

type ValidatingSpec = NonNullable<ValidatingAdmissionPolicy['spec']>;
/** Of both kinds: each says only what is its own. */
type Spec = ValidatingSpec & NonNullable<MutatingAdmissionPolicy['spec']>;
export type Validation = NonNullable<ValidatingSpec['validations']>[number];

/** What a policy or a binding is about. */
export interface Constraints {
  match: MatchResources;
  namespaces: Selector;
  objects: Selector;
}

export interface Rule {
  validation: Validation;
  program: Program;
  message: Program | undefined;
}

export interface Annotation {
  key: string;
  program: Program;
}

export interface Mutation {
  type: 'JSONPatch' | 'ApplyConfiguration';
  program: Program;
}

export interface Policy {
  name: string;
  spec: Spec;
  constraints: Constraints;
  conditions: Condition[];
  variables: ReadonlyMap<string, Program>;
  rules: Rule[];
  annotations: Annotation[];
  mutations: Mutation[];
  /** Why it cannot be used: one of its expressions does not compile (it came before this version of the server). */
  broken?: string;
}

export interface Binding {
  name: string;
  spec: NonNullable<ValidatingAdmissionPolicyBinding['spec']>;
  policy: Policy;
  constraints: Constraints | undefined;
}

const group = 'admissionregistration.k8s.io';

export class Policies {
  #known: readonly Binding[] | undefined;
  readonly #compiled = new WeakMap<AnyObject, Policy>();

  constructor(
    private readonly lookup: Lookup,
    private readonly type: 'validating' | 'mutating',
  ) {
    const changed = (): void => {
      this.#known = undefined;
    };
    lookup.onChange({ group, resource: `${type}admissionpolicies` }, changed);
    lookup.onChange({ group, resource: `${type}admissionpolicybindings` }, changed);
  }

  /** The bindings whose policy is there, by name. */
  all(): readonly Binding[] {
    this.#known ??= this.#find();
    return this.#known;
  }

  #find(): Binding[] {
    const [policies, bindings] = [`${this.type}admissionpolicies`, `${this.type}admissionpolicybindings`];
    const found = [...this.lookup.list({ group, resource: bindings })].flatMap(object => {
      const { metadata, spec } = object as unknown as ValidatingAdmissionPolicyBinding;
      const policy = spec && this.lookup.get({ group, resource: policies }, '', spec.policyName ?? '');
      if (!policy) return [];
      const { matchResources } = spec;
      const constraints = matchResources && constraintsOf(matchResources);
      return [{ name: metadata.name ?? '', spec, policy: this.#policyOf(policy), constraints }];
    });
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  #policyOf(object: AnyObject): Policy {
    let policy = this.#compiled.get(object);
    if (!policy) {
      policy = policyOf(object as unknown as { metadata: AnyObject['metadata']; spec?: Spec });
      this.#compiled.set(object, policy);
    }
    return policy;
  }
}

const constraintsOf = (match: MatchResources): Constraints => ({
  match,
  namespaces: labelSelectorOf(match.namespaceSelector ?? {}),
  objects: labelSelectorOf(match.objectSelector ?? {}),
});

function policyOf({ metadata, spec = {} }: { metadata: AnyObject['metadata']; spec?: Spec }): Policy {
  const bare = { name: metadata.name ?? '', spec, constraints: constraintsOf(spec.matchConstraints ?? {}) };
  try {
    return { ...bare, ...compiledSpec(spec) };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const nothing = { conditions: [], variables: new Map(), rules: [], annotations: [], mutations: [] };
    return { ...bare, ...nothing, broken: `compilation failed: ${error.message}` };
  }
}

function compiledSpec(spec: Spec): Pick<Policy, 'conditions' | 'variables' | 'rules' | 'annotations' | 'mutations'> {
  const environment = policyEnvironment();
  return {
    conditions: compileConditions(environment, spec.matchConditions),
    variables: new Map((spec.variables ?? []).map(each => [each.name, compileIn(environment, each.expression)])),
    rules: (spec.validations ?? []).map(validation => ({
      validation,
      program: compileIn(environment, validation.expression, ['bool']),
      message: validation.messageExpression
        ? compileIn(environment, validation.messageExpression, ['string'])
        : undefined,
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      program: compileIn(environment, valueExpression, ['string', 'null']),
    })),
    mutations: (spec.mutations ?? []).map(({ patchType, jsonPatch, applyConfiguration }) => ({
      type: patchType as Mutation['type'],
      program: compileIn(environment, (jsonPatch ?? applyConfiguration)?.expression ?? ''),
    })),
  };
}
