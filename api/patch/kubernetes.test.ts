/** Strategic merges of a pod's spec, with what Kubernetes' own API server (1.20) made of them. */
import assert from 'node:assert/strict';
import { mergeSchemaOf } from '../schema/merge.js';
import { applyStrategicMerge } from './strategic.js';

const cases: [what: string, original: string, patch: string, merged: string][] = [
  [
    'a container is merged by its name',
    '{"containers":[{"name":"a","image":"i","args":["x"]},{"name":"b","image":"i"}]}',
    '{"containers":[{"name":"b","image":"j"}]}',
    '{"containers":[{"name":"a","image":"i","args":["x"]},{"name":"b","image":"j"}]}',
  ],
  [
    'a new item comes last',
    '{"containers":[{"name":"b","image":"i"}]}',
    '{"containers":[{"name":"a","image":"j"}]}',
    '{"containers":[{"name":"a","image":"j"},{"name":"b","image":"i"}]}',
  ],
  [
    'the order that is asked for',
    '{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"},{"name":"c","image":"i"}]}',
    '{"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}],"containers":[{"name":"c","image":"j"}]}',
    '{"containers":[{"name":"c","image":"j"},{"name":"a","image":"i"},{"name":"b","image":"i"}]}',
  ],
  [
    'an order of some, with a new one between',
    '{"containers":[{"name":"a","image":"i"},{"name":"x","image":"i"},{"name":"b","image":"i"}]}',
    '{"$setElementOrder/containers":[{"name":"b"},{"name":"n"},{"name":"a"}],"containers":[{"name":"n","image":"j"}]}',
    '{"containers":[{"name":"x","image":"i"},{"name":"b","image":"i"},{"name":"n","image":"j"},{"name":"a","image":"i"}]}',
  ],
  [
    'an item deleted',
    '{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}',
    '{"containers":[{"name":"a","$patch":"delete"}]}',
    '{"containers":[{"name":"b","image":"i"}]}',
  ],
  [
    'a list replaced',
    '{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}',
    '{"containers":[{"$patch":"replace"},{"name":"c","image":"k"}]}',
    '{"containers":[{"name":"c","image":"k"}]}',
  ],
  [
    'environment by name, the source exchanged',
    '{"containers":[{"name":"a","image":"i","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]}',
    '{"containers":[{"name":"a","env":[{"name":"A","value":null,"valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}',
    '{"containers":[{"name":"a","image":"i","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},{"name":"B","value":"2"}]}]}',
  ],
  [
    'ports by number alone: two protocols of one port',
    '{"containers":[{"name":"a","image":"i","ports":[{"containerPort":80,"protocol":"TCP"},{"containerPort":80,"protocol":"UDP"}]}]}',
    '{"containers":[{"name":"a","ports":[{"containerPort":80,"name":"web"}]}]}',
    '{"containers":[{"name":"a","image":"i","ports":[{"name":"web","containerPort":80,"protocol":"TCP"},{"containerPort":80,"protocol":"UDP"}]}]}',
  ],
  [
    'mounts by path',
    '{"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"v","mountPath":"/a"}]}],"volumes":[{"name":"v","emptyDir":{}},{"name":"w","emptyDir":{}}]}',
    '{"containers":[{"name":"a","volumeMounts":[{"name":"w","mountPath":"/a"},{"name":"v","mountPath":"/b"}]}]}',
    '{"containers":[{"name":"a","image":"i","volumeMounts":[{"name":"w","mountPath":"/a"},{"name":"v","mountPath":"/b"}]}]}',
  ],
  [
    'a volume that changes its kind keeps the keys that are named',
    '{"containers":[{"name":"a","image":"i"}],"volumes":[{"name":"v","emptyDir":{"medium":"Memory"}}]}',
    '{"volumes":[{"name":"v","$retainKeys":["name","configMap"],"configMap":{"name":"m","defaultMode":420}}]}',
    '{"volumes":[{"name":"v","configMap":{"name":"m","defaultMode":420}}]}',
  ],
  [
    'tolerations are replaced whole',
    '{"containers":[{"name":"a","image":"i"}],"tolerations":[{"key":"a","operator":"Exists"},{"key":"b","operator":"Exists"}]}',
    '{"tolerations":[{"key":"c","operator":"Exists"}]}',
    '{"tolerations":[{"key":"c","operator":"Exists"}]}',
  ],
  [
    'arguments are replaced whole',
    '{"containers":[{"name":"a","image":"i","args":["x","y"]}]}',
    '{"containers":[{"name":"a","args":["z"]}]}',
    '{"containers":[{"name":"a","image":"i","args":["z"]}]}',
  ],
  [
    'a map is merged, and null takes away',
    '{"containers":[{"name":"a","image":"i"}],"nodeSelector":{"a":"1","b":"2"}}',
    '{"nodeSelector":{"a":null,"c":"3"}}',
    '{"nodeSelector":{"b":"2","c":"3"}}',
  ],
  [
    'a map replaced',
    '{"containers":[{"name":"a","image":"i"}],"nodeSelector":{"a":"1","b":"2"}}',
    '{"nodeSelector":{"$patch":"replace","c":"3"}}',
    '{"nodeSelector":{"c":"3"}}',
  ],
  [
    'a map deleted',
    '{"containers":[{"name":"a","image":"i"}],"nodeSelector":{"a":"1"}}',
    '{"nodeSelector":{"$patch":"delete"}}',
    '{}',
  ],
  [
    'secrets and aliases by their keys',
    '{"containers":[{"name":"a","image":"i"}],"imagePullSecrets":[{"name":"s"}],"hostAliases":[{"ip":"1.1.1.1","hostnames":["a"]}]}',
    '{"imagePullSecrets":[{"name":"t"}],"hostAliases":[{"ip":"1.1.1.1","hostnames":["b"]}]}',
    '{"imagePullSecrets":[{"name":"t"},{"name":"s"}],"hostAliases":[{"ip":"1.1.1.1","hostnames":["b"]}]}',
  ],
  [
    'spreading by topology key alone',
    '{"containers":[{"name":"a","image":"i"}],"topologySpreadConstraints":[{"topologyKey":"z","maxSkew":1,"whenUnsatisfiable":"DoNotSchedule"}]}',
    '{"topologySpreadConstraints":[{"topologyKey":"z","maxSkew":2}]}',
    '{"topologySpreadConstraints":[{"maxSkew":2,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule"}]}',
  ],
  [
    "a probe's handler exchanged by hand",
    '{"containers":[{"name":"a","image":"i","livenessProbe":{"httpGet":{"path":"/","port":80}}}]}',
    '{"containers":[{"name":"a","livenessProbe":{"httpGet":null,"exec":{"command":["x"]}}}]}',
    '{"containers":[{"name":"a","image":"i","livenessProbe":{"exec":{"command":["x"]}}}]}',
  ],
  [
    'limits merged',
    '{"containers":[{"name":"a","image":"i","resources":{"limits":{"cpu":"1","memory":"1Gi"}}}]}',
    '{"containers":[{"name":"a","resources":{"limits":{"cpu":"2"}}}]}',
    '{"containers":[{"name":"a","image":"i","resources":{"limits":{"cpu":"2","memory":"1Gi"}}}]}',
  ],
  [
    'an order for a list that is not touched',
    '{"containers":[{"name":"a","image":"i"},{"name":"b","image":"i"}]}',
    '{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}',
    '{"containers":[{"name":"b","image":"i"},{"name":"a","image":"i"}]}',
  ],
];

describe('a strategic merge, as Kubernetes does it', () => {
  const schema = mergeSchemaOf({ model: 'V1PodSpec' });
  for (const [what, original, patch, merged] of cases) {
    it(what, () => {
      const spec = applyStrategicMerge(JSON.parse(original), JSON.parse(patch), schema) as Record<string, unknown>;
      const expected = JSON.parse(merged) as Record<string, unknown>;
      const found = Object.fromEntries(Object.keys(expected).map(field => [field, spec[field]]));
      assert.deepEqual(found, expected);
    });
  }
});
