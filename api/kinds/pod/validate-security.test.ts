import assert from 'node:assert/strict';
import { made, wrong } from '../../testing/rows.js';
import { podRow } from './row.js';

const c = 'spec.containers[0]';
const pod = (spec: object, container: object = {}) =>
  made(podRow, { spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec } });

describe('a pod whose guards make no sense', () => {
  const table: [string, ReturnType<typeof pod>, string[]][] = [
    [
      'may have profiles',
      pod({
        securityContext: {
          seccompProfile: { type: 'RuntimeDefault' },
          appArmorProfile: { type: 'Localhost', localhostProfile: 'p' },
        },
      }),
      [],
    ],
    [
      'has a profile without a name',
      pod({ securityContext: { seccompProfile: { type: 'Localhost' } } }),
      [
        'spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
      ],
    ],
    [
      'has a name without a profile, or an unknown one',
      pod(
        {},
        {
          securityContext: {
            appArmorProfile: { type: 'Unconfined', localhostProfile: 'p' },
            seccompProfile: { type: 'Magic' },
          },
        },
      ),
      [
        `${c}.securityContext.seccompProfile.type: Unsupported value: "Magic": supported values: "Localhost", "RuntimeDefault", "Unconfined"`,
        `${c}.securityContext.appArmorProfile.localhostProfile: Invalid value: "p": can only be set when AppArmor type is Localhost`,
      ],
    ],
    [
      "sets the node's kernel",
      pod({
        hostNetwork: true,
        securityContext: {
          sysctls: [
            { name: 'net.ipv4.ip_forward', value: '1' },
            { name: 'Bad!', value: '1' },
          ],
        },
      }),
      [
        'spec.securityContext.sysctls[0].name: Invalid value: "net.ipv4.ip_forward": may not be specified when \'hostNetwork\' is true',
        'spec.securityContext.sysctls[1].name: Invalid value: "Bad!": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      ],
    ],
    [
      'has users of its own, in namespaces that are not',
      pod({ hostUsers: false, hostPID: true }),
      ['spec.hostPID: Forbidden: when `hostUsers` is false'],
    ],
    [
      'escalates and does not',
      pod({}, { securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['CAP_SYS_ADMIN'] } } }),
      [
        `${c}.securityContext: Invalid value: {"allowPrivilegeEscalation":false,"capabilities":{"add":["CAP_SYS_ADMIN"]}}: cannot set \`allowPrivilegeEscalation\` to false and \`capabilities.Add\` CAP_SYS_ADMIN`,
      ],
    ],
    [
      'is placed before it may be',
      pod({ nodeName: 'n', schedulingGates: [{ name: 'a' }, { name: 'a' }] }),
      [
        'spec.schedulingGates[1].name: Duplicate value: "a"',
        'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
      ],
    ],
    [
      'speaks in odd words',
      pod({ os: { name: 'plan9' }, preemptionPolicy: 'Maybe', readinessGates: [{ conditionType: '' }] }),
      [
        'spec.readinessGates[0].conditionType: Invalid value: "": name part must be non-empty',
        "spec.readinessGates[0].conditionType: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.os.name: Unsupported value: "plan9": supported values: "linux", "windows"',
        'spec.preemptionPolicy: Unsupported value: "Maybe": supported values: "Never", "PreemptLowerPriority"',
      ],
    ],
    [
      'resizes what has no size',
      pod({}, { resizePolicy: [{ resourceName: 'disk', restartPolicy: 'Never' }] }),
      [
        `${c}.resizePolicy[0].resourceName: Unsupported value: "disk": supported values: "cpu", "memory"`,
        `${c}.resizePolicy[0].restartPolicy: Unsupported value: "Never": supported values: "NotRequired", "RestartContainer"`,
      ],
    ],
    [
      'spreads in odd ways',
      pod({
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'zone',
            whenUnsatisfiable: 'ScheduleAnyway',
            minDomains: 2,
            nodeTaintsPolicy: 'Like',
            matchLabelKeys: ['a'],
          },
        ],
      }),
      [
        'spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
        'spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "Like": supported values: "Honor", "Ignore"',
        'spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
      ],
    ],
    [
      'starts again by rules that say nothing',
      pod(
        {
          initContainers: [{ name: 'i', image: 'i', restartPolicyRules: [{ action: 'Restart' }] }],
        },
        {
          restartPolicy: 'Sometimes',
          restartPolicyRules: [{ action: 'Sleep', exitCodes: { operator: 'Like', values: [1] } }],
        },
      ),
      [
        `${c}.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"`,
        `${c}.restartPolicyRules[0].action: Unsupported value: "Sleep": supported values: "Restart"`,
        `${c}.restartPolicyRules[0].exitCodes.operator: Unsupported value: "Like": supported values: "In", "NotIn"`,
        'spec.initContainers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used',
        'spec.initContainers[0].restartPolicyRules[0].exitCodes: Required value: must be specified',
      ],
    ],
    [
      'starts again as it says itself',
      pod(
        { restartPolicy: 'Never', initContainers: [{ name: 'i', image: 'i', restartPolicy: 'OnFailure' }] },
        {
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
        },
      ),
      [],
    ],
    [
      'mounts what it may not',
      pod(
        { volumes: [{ name: 'v', emptyDir: {} }] },
        {
          volumeMounts: [
            { name: 'v', mountPath: '/a', mountPropagation: 'Bidirectional' },
            { name: 'v', mountPath: '/b', recursiveReadOnly: 'Often' },
            { name: 'v', mountPath: '/c', recursiveReadOnly: 'Enabled', mountPropagation: 'HostToContainer' },
            { name: 'v', mountPath: '/d', recursiveReadOnly: 'IfPossible', readOnly: true, mountPropagation: 'None' },
          ],
        },
      ),
      [
        `${c}.volumeMounts[0].mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
        `${c}.volumeMounts[1].recursiveReadOnly: Unsupported value: "Often": supported values: "Disabled", "Enabled", "IfPossible"`,
        `${c}.volumeMounts[2].recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
        `${c}.volumeMounts[2].recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
      ],
    ],
    [
      'has volumes of nothing',
      pod({
        volumes: [
          { name: 'a', csi: {} },
          { name: 'b', ephemeral: {} },
          { name: 'd', image: { pullPolicy: 'Often' } },
        ],
      }),
      [
        'spec.volumes[0].csi.driver: Required value',
        'spec.volumes[1].ephemeral.volumeClaimTemplate: Required value',
        'spec.volumes[2].image.reference: Required value',
        'spec.volumes[2].image.pullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"',
      ],
    ],
  ];
  for (const [what, given, messages] of table) it(what, () => assert.deepEqual(wrong(podRow, given), messages));
});
