/** What expressions are compiled in: CEL, Kubernetes' libraries, and variables with the types that schemas give them. */
import { Environment } from '@marcbachmann/cel-js/evaluator';
import { equal } from './equal.js';
import { addAddresses } from './libraries/addresses.js';
import { addAuthorizer } from './libraries/authorizer.js';
import { addFormats } from './libraries/formats.js';
import { addLists } from './libraries/lists.js';
import { addQuantities } from './libraries/quantity.js';
import { addRegex } from './libraries/regex.js';
import { addSemver } from './libraries/semver.js';
import { addStrings } from './libraries/strings.js';
import { addUrls } from './libraries/url.js';
import { addOptionalMacros } from './macros.js';
import { type CelScalar, type CelType, escapeName } from './types.js';
import { type ObjectClass, toCel } from './values.js';

let library: Environment | undefined;

/** Made once, of which all others are copies. */
function withLibraries(): Environment {
  if (library) return library;
  const limits = { maxAstNodes: 20_000, maxDepth: 100, maxListElements: 5_000, maxMapEntries: 5_000 };
  const env = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits });
  const all = [
    addStrings,
    addLists,
    addRegex,
    addUrls,
    addQuantities,
    addAddresses,
    addFormats,
    addSemver,
    addAuthorizer,
  ];
  for (const add of all) add(env);
  addOptionalMacros(env);
  library = env;
  return env;
}

const scalarNames: Record<CelScalar, string> = {
  bool: 'bool',
  int: 'int',
  double: 'double',
  string: 'string',
  bytes: 'bytes',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  null: 'null',
  dyn: 'dyn',
};

export type Variables = Readonly<Record<string, CelType>>;

/** The values of an environment's variables, as CEL computes with them: made once for all expressions about them. */
export type Bound = Map<string, unknown>;

export class CelEnvironment {
  /** cel-js' own. */
  readonly env: Environment;
  readonly #classes = new Map<CelType, { name: string; of: ObjectClass; fields: Record<string, string> }>();

  constructor(private readonly variables: Variables) {
    this.env = withLibraries().clone();
    for (const [name, type] of Object.entries(variables)) {
      this.env.registerVariable(name, this.#nameOf(type, name));
    }
  }

  /** `values` are JSON; those of native types are passed as they are. A variable without a value is null. */
  bind(values: Readonly<Record<string, unknown>>): Bound {
    const classOf = (type: CelType): ObjectClass => (this.#classes.get(type) as { of: ObjectClass }).of;
    return new Map(Object.entries(this.variables).map(([name, type]) => [name, toCel(values[name], type, classOf)]));
  }

  /** The fields of the object type of this name, and what their types are called; undefined for any other type. */
  fieldsOf(typeName: string): Readonly<Record<string, string>> | undefined {
    for (const { name, fields } of this.#classes.values()) if (name === typeName) return fields;
    return undefined;
  }

  /** How the environment calls the type. `path` names it in messages: 'self.spec'. */
  #nameOf(type: CelType, path: string): string {
    switch (type.kind) {
      case 'scalar':
        return scalarNames[type.scalar];
      case 'native':
        return type.name;
      case 'list':
        return `list<${this.#nameOf(type.items, `${path}.items__`)}>`;
      case 'map':
        return `map<string, ${this.#nameOf(type.values, `${path}.values__`)}>`;
      case 'optional':
        return `optional<${this.#nameOf(type.of, path)}>`;
      case 'object':
        return this.#classes.get(type)?.name ?? this.#register(type, `object.${path}`);
    }
  }

  #register(type: CelType & { kind: 'object' }, path: string): string {
    let name = path;
    for (let i = 2; [...this.#classes.values()].some(known => known.name === name); i++) name = `${path}${i}`;
    class CelObject extends Map<string, unknown> {}
    const fields: Record<string, string> = Object.create(null);
    this.#classes.set(type, { name, of: CelObject, fields });
    for (const [field, of] of type.fields) {
      const escaped = escapeName(field);
      if (escaped !== undefined) fields[escaped] = this.#nameOf(of, `${path}.${escaped}`);
    }
    this.env.registerType(name, { ctor: CelObject, fields });
    // An object may always be asked whether it is there: `oldObject == null`.
    for (const other of [name, 'null']) this.env.registerOperator(`${name} == ${other}`, equal);
    return name;
  }
}
