/** The verbs, in the order of `--help`. One line and one file each; what a verb does is in its `-run` file, loaded when called. */
import type { Command } from 'commander';
import { addApiResources } from './api-resources.js';
import { addApiVersions } from './api-versions.js';
import { addApply } from './apply.js';
import { addAttach } from './attach.js';
import { addAuth } from './auth.js';
import { addAutoscale } from './autoscale.js';
import { addConfig } from './config.js';
import { addCordon, addUncordon } from './cordon.js';
import { addCreate } from './create.js';
import { addDelete } from './delete.js';
import { addDescribe } from './describe.js';
import { addDiff } from './diff.js';
import { addDrain } from './drain.js';
import { addEdit } from './edit.js';
import { addEvents } from './events.js';
import { addExec } from './exec.js';
import { addExplain } from './explain.js';
import { addExpose } from './expose.js';
import { addGet } from './get.js';
import { addAnnotate, addLabel } from './label.js';
import { addLogs } from './logs.js';
import { addPatch } from './patch.js';
import { addPortForward } from './port-forward.js';
import { addReplace } from './replace.js';
import { addRollout } from './rollout.js';
import { addRun } from './run.js';
import { addScale } from './scale.js';
import { addSet } from './set.js';
import { addTaint } from './taint.js';
import { addTop } from './top.js';
import { addVersion } from './version.js';
import { addWait } from './wait.js';
import { addWhy } from './why.js';

const verbs: readonly ((program: Command) => void)[] = [
  addGet,
  addDescribe,
  addApply,
  addDiff,
  addCreate,
  addRun,
  addExpose,
  addDelete,
  addScale,
  addSet,
  addAutoscale,
  addRollout,
  addLogs,
  addExec,
  addAttach,
  addPortForward,
  addLabel,
  addAnnotate,
  addEdit,
  addPatch,
  addReplace,
  addWait,
  addCordon,
  addUncordon,
  addDrain,
  addTaint,
  addTop,
  addEvents,
  addWhy,
  addAuth,
  addApiResources,
  addApiVersions,
  addExplain,
  addVersion,
  addConfig,
];

export function addVerbs(program: Command): void {
  for (const add of verbs) add(program);
}
