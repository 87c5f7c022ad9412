/** Do the expressions of a policy fit the types of what it is about? Pure: see controller.ts for the promise. */
import { admissionSource, policyVariables } from '../../api/cel/admission.js';
import { CelEnvironment, type CelType, CompileError, compile } from '../../api/cel/index.js';
import type { ValidatingAdmissionPolicy } from '../../api/types.js';

type Rule = NonNullable<
  NonNullable<NonNullable<ValidatingAdmissionPolicy['spec']>['matchConstraints']>['resourceRules']
>[number];
type Status = NonNullable<ValidatingAdmissionPolicy['status']>;
type Warning = NonNullable<NonNullable<Status['typeChecking']>['expressionWarnings']>[number];

/** A kind that a policy names, by its resource. */
export interface Named {
  group: string;
  version: string;
  resource: string;
}

/** 'apps/v1, Kind=Deployment' */
export interface Typed {
  kind: string;
  type: CelType;
}

/** More are not looked at. */
export const mostTypes = 10;

/** What the rules name one by one: of what is written with a star, nobody knows the types. In order. */
export function namedBy(policy: ValidatingAdmissionPolicy): Named[] {
  const rules = policy.spec?.matchConstraints?.resourceRules ?? [];
  const all = new Map<string, Named>();
  for (const { group, version, resource } of rules.flatMap(combinations)) {
    all.set(`${group}/${version}/${resource}`, { group, version, resource });
  }
  return [...all.values()];
}

function combinations({ apiGroups = [], apiVersions = [], resources = [] }: Rule): Named[] {
  const plain = resources.map(resource => resource.split('/')[0] as string);
  if ([...apiGroups, ...apiVersions, ...plain].includes('*')) return [];
  const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
  return sorted(apiGroups).flatMap(group =>
    sorted(apiVersions).flatMap(version => sorted(plain).map(resource => ({ group, version, resource }))),
  );
}

/** What is said of each expression that does not fit one of the types. `params` are those of its parameters, if known. */
export function warningsFor(
  policy: ValidatingAdmissionPolicy,
  types: readonly Typed[],
  params: CelType | undefined,
): Warning[] {
  const environments = types.map(({ kind, type }) => ({
    kind,
    env: new CelEnvironment(policyVariables(type, params)),
  }));
  return (policy.spec?.validations ?? []).flatMap(({ expression }, index) => {
    const said = environments.flatMap(({ kind, env }) => {
      const wrong = complaint(expression, env);
      return wrong === undefined ? [] : [`${kind}: ${wrong}`];
    });
    return said.length > 0 ? [{ fieldRef: `spec.validations[${index}].expression`, warning: said.join('\n') }] : [];
  });
}

function complaint(expression: string, env: CelEnvironment): string | undefined {
  try {
    compile(env, admissionSource(expression));
    return undefined;
  } catch (error) {
    if (error instanceof CompileError) return error.message;
    throw error;
  }
}

/** The status that says so. */
export const checked = ({ status, metadata }: ValidatingAdmissionPolicy, warnings: readonly Warning[]): Status => ({
  ...status,
  observedGeneration: metadata.generation ?? 0,
  typeChecking: warnings.length > 0 ? { expressionWarnings: [...warnings] } : {},
});
