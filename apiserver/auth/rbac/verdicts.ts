/**
 * Verdicts that were given before, kept until a role or a binding changes. They are found by identity, which costs next
 * to nothing: a credential that is used again is the same User, a path that is asked again the same RequestInfo, and
 * neither is ever changed.
 */
import type { Lookup, RequestInfo, User, Verdict } from '../../contracts.js';
import { rbacGroup } from './roles.js';

export class Verdicts {
  private given = new WeakMap<User, WeakMap<RequestInfo, Verdict>>();

  constructor(lookup: Lookup) {
    for (const resource of ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']) {
      lookup.onChange({ group: rbacGroup, resource }, () => {
        this.given = new WeakMap();
      });
    }
  }

  /** The verdict given before; `decide` gives it where there is none. */
  of(user: User, info: RequestInfo, decide: () => Verdict): Verdict {
    let verdicts = this.given.get(user);
    if (!verdicts) {
      verdicts = new WeakMap();
      this.given.set(user, verdicts);
    }
    let verdict = verdicts.get(info);
    if (!verdict) {
      verdict = decide();
      verdicts.set(info, verdict);
    }
    return verdict;
  }
}
