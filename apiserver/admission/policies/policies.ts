/** ValidatingAdmissionPolicies and their bindings, as they are configured now, compiled. */
import { CompileError, type Program } from '../../../api/cel/index.js';
import { labelSelectorOf, type Selector } from '../../../api/selectors/index.js';
import type {
  AnyObject,
  MatchResources,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../../api/types.js';
import type { Lookup } from '../../contracts.js';
import { policyEnvironment } from './environment.js';
import { type Condition, compileConditions, compileIn } from './expressions.js';

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>;
export type Validation = NonNullable<Spec['validations']>[number];

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

export interface Policy {
  name: string;
  spec: Spec;
  constraints: Constraints;
  conditions: Condition[];
  variables: ReadonlyMap<string, Program>;
  rules: Rule[];
  annotations: Annotation[];
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
const policies = { group, resource: 'validatingadmissionpolicies' };
const bindings = { group, resource: 'validatingadmissionpolicybindings' };

export class Policies {
  #known: readonly Binding[] | undefined;
  readonly #compiled = new WeakMap<AnyObject, Policy>();

  constructor(private readonly lookup: Lookup) {
    const changed = (): void => {
      this.#known = undefined;
    };
    lookup.onChange(policies, changed);
    lookup.onChange(bindings, changed);
  }

  /** The bindings whose policy is there, by name. */
  all(): readonly Binding[] {
    this.#known ??= this.#find();
    return this.#known;
  }

  #find(): Binding[] {
    const found = [...this.lookup.list(bindings)].flatMap(object => {
      const { metadata, spec } = object as unknown as ValidatingAdmissionPolicyBinding;
      const policy = spec && this.lookup.get(policies, '', spec.policyName ?? '');
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
      policy = policyOf(object as unknown as ValidatingAdmissionPolicy);
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

function policyOf({ metadata, spec = {} }: ValidatingAdmissionPolicy): Policy {
  const bare = { name: metadata.name ?? '', spec, constraints: constraintsOf(spec.matchConstraints ?? {}) };
  try {
    return { ...bare, ...compiledSpec(spec) };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const nothing = { conditions: [], variables: new Map(), rules: [], annotations: [] };
    return { ...bare, ...nothing, broken: `compilation failed: ${error.message}` };
  }
}

function compiledSpec(spec: Spec): Pick<Policy, 'conditions' | 'variables' | 'rules' | 'annotations'> {
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
  };
}
