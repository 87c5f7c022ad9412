/** `has(self.x)` of a field that the type does not have: cel-js looks only at the name in front. */
import type { CelEnvironment } from './environment.js';
import type { CelError } from './words.js';

/** The parts of a checked node that matter here; cel-js' typings leave them out. */
interface Node {
  op: string;
  args: unknown;
  start: number;
  end: number;
  checkedType?: { name: string };
  meta: { alternate?: unknown; macro?: { macroHasProps?: Node[] } };
}

const isNode = (value: object): value is Node => 'op' in value && 'meta' in value;

/** The first such field; undefined when there is none. `root` has been checked. */
export function missingField(root: unknown, environment: CelEnvironment): CelError | undefined {
  const seen = new Set<object>();
  const visit = (value: unknown): CelError | undefined => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
    seen.add(value);
    if (isNode(value)) {
      const found = value.meta.macro?.macroHasProps && judge(value.meta.macro.macroHasProps, environment);
      return found ?? visit(value.args) ?? visit(value.meta.alternate) ?? visit(value.meta.macro);
    }
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return undefined;
    for (const part of Object.values(value)) {
      const found = visit(part);
      if (found) return found;
    }
    return undefined;
  };
  return visit(root);
}

/** From the variable outwards: `props` are the steps of the path, the last one first. */
function judge(props: readonly Node[], environment: CelEnvironment): CelError | undefined {
  const [variable, ...steps] = [...props].reverse();
  let type = variable?.checkedType?.name ?? 'dyn';
  for (const step of steps) {
    const name = (step.args as [unknown, string])[1];
    const fields = environment.fieldsOf(type);
    if (fields && !(name in fields)) {
      const range = { start: step.end - name.length, end: step.end };
      return { code: 'no_such_key', summary: `No such key: ${name}`, message: '', range };
    }
    type = fields?.[name] ?? /^map<string, (.*)>$/.exec(type)?.[1] ?? 'dyn';
  }
  return undefined;
}
