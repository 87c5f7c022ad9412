/** Bindings by subject: who is bound to which role, found without looking at other users' bindings. */
import type { AnyObject, ClusterRoleBinding, RbacSubject, RoleBinding } from '../../../api/types.js';
import type { Lookup, User } from '../../contracts.js';
import { type RoleRef, rbacGroup } from './roles.js';

/** One subject of one binding. */
export interface Grant {
  roleRef: RoleRef;
  /** The RoleBinding's namespace; '' for a ClusterRoleBinding. */
  namespace: string;
  /** 'ClusterRoleBinding "x" of ClusterRole "y" to Group "z"' */
  text: string;
}

type Binding = RoleBinding | ClusterRoleBinding;

export class Grants {
  /** Scope (a namespace, or '' for everywhere) and subject -> the binding's name -> the grant. */
  private readonly bySubject = new Map<string, Map<string, Grant>>();

  constructor(lookup: Lookup) {
    for (const resource of ['clusterrolebindings', 'rolebindings']) {
      for (const binding of lookup.list({ group: rbacGroup, resource })) this.add(asBinding(binding));
      lookup.onChange({ group: rbacGroup, resource }, (now, before) => {
        if (before) this.remove(asBinding(before));
        if (now) this.add(asBinding(now));
      });
    }
  }

  /** What holds for the user everywhere, then what holds in the namespace ('' is only the former). */
  *of(user: User, namespace: string): Iterable<Grant> {
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      yield* this.at(scope, `User ${user.name}`);
      for (const group of user.groups) yield* this.at(scope, `Group ${group}`);
    }
  }

  private at(scope: string, subject: string): Iterable<Grant> {
    return this.bySubject.get(keyOf(scope, subject))?.values() ?? [];
  }

  private add(binding: Binding): void {
    const { name = '', namespace = '' } = binding.metadata;
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(namespace, subjectKey(subject, namespace));
      let grants = this.bySubject.get(key);
      if (!grants) {
        grants = new Map();
        this.bySubject.set(key, grants);
      }
      const { roleRef } = binding;
      grants.set(name, { roleRef, namespace, text: describe(binding, subject) });
    }
  }

  private remove(binding: Binding): void {
    const { name = '', namespace = '' } = binding.metadata;
    for (const subject of binding.subjects ?? []) {
      const key = keyOf(namespace, subjectKey(subject, namespace));
      const grants = this.bySubject.get(key);
      grants?.delete(name);
      if (grants?.size === 0) this.bySubject.delete(key);
    }
  }
}

const asBinding = (object: AnyObject): Binding => object as unknown as Binding;

const keyOf = (scope: string, subject: string): string => `${scope}\n${subject}`;

/** A service account is a user of that name; in a RoleBinding, its namespace is the binding's unless it says another. */
function subjectKey({ kind, name, namespace }: RbacSubject, bindingNamespace: string): string {
  if (kind !== 'ServiceAccount') return `${kind} ${name}`;
  return `User system:serviceaccount:${namespace || bindingNamespace}:${name}`;
}

function describe(binding: Binding, subject: RbacSubject): string {
  const { name, namespace } = binding.metadata;
  const bound = namespace ? `RoleBinding "${name}/${namespace}"` : `ClusterRoleBinding "${name}"`;
  const to = subject.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject.name;
  return `${bound} of ${binding.roleRef.kind} "${binding.roleRef.name}" to ${subject.kind} "${to}"`;
}
