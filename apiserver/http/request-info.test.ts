import assert from 'node:assert/strict';
import { StatusError } from '../../api/status.js';
import { parseTarget } from './request-info.js';

const parse = (line: string) => {
  const [method = '', target = ''] = line.split(' ');
  const { verb, group, version, namespace, resource, subresource, name, isResource } = parseTarget(method, target).info;
  return isResource
    ? [verb, `${group}/${version}`, namespace, [resource, subresource].filter(Boolean).join('/'), name].join(' ')
    : `${verb} -`;
};

describe('request info', () => {
  const cases: [string, string][] = [
    ['GET /api/v1/pods', 'list /v1  pods '],
    ['GET /api/v1/pods/', 'list /v1  pods '],
    ['GET /api/v1/namespaces/default/pods', 'list /v1 default pods '],
    ['GET /api/v1/namespaces/default/pods/web', 'get /v1 default pods web'],
    ['HEAD /api/v1/namespaces/default/pods/web', 'get /v1 default pods web'],
    ['GET /api/v1/namespaces/default/pods?watch=true', 'watch /v1 default pods '],
    ['GET /api/v1/namespaces/default/pods?watch=1&x=y', 'watch /v1 default pods '],
    ['GET /api/v1/namespaces/default/pods/web?watch=true', 'get /v1 default pods web'],
    ['GET /api/v1/watch/pods', 'watch /v1  pods '],
    ['GET /api/v1/watch/namespaces/default/pods/web', 'watch /v1 default pods web'],
    ['GET /api/v1/watch/namespaces/lab?timeoutSeconds=1', 'watch /v1  namespaces lab'],
    ['GET /apis/apps/v1/watch/deployments', 'watch apps/v1  deployments '],
    ['GET /api/v1/namespaces/default/pods?watch=false', 'list /v1 default pods '],
    ['GET /api/v1/pods?fieldSelector=metadata.name%3Dweb', 'list /v1  pods web'],
    ['GET /api/v1/pods?fieldSelector=metadata.name!%3Dweb', 'list /v1  pods '],
    ['GET /api/v1/pods?fieldSelector=metadata.namespace!%3Dx%5C,metadata.name%3Dweb', 'list /v1  pods '],
    ['POST /api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Dweb', 'create /v1 default pods '],
    ['POST /api/v1/namespaces/default/pods', 'create /v1 default pods '],
    ['POST /api/v1/namespaces/default/pods/web/binding', 'create /v1 default pods/binding web'],
    ['PUT /api/v1/namespaces/default/pods/web/status', 'update /v1 default pods/status web'],
    ['PATCH /api/v1/nodes/n1/status', 'patch /v1  nodes/status n1'],
    ['DELETE /api/v1/namespaces/default/pods/web', 'delete /v1 default pods web'],
    ['DELETE /api/v1/namespaces/default/pods', 'deletecollection /v1 default pods '],
    ['GET /api/v1/namespaces', 'list /v1  namespaces '],
    ['GET /api/v1/namespaces/default', 'get /v1 default namespaces default'],
    ['PUT /api/v1/namespaces/default/finalize', 'update /v1 default namespaces/finalize default'],
    ['PUT /api/v1/namespaces/default/status', 'update /v1 default namespaces/status default'],
    [
      'GET /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
      'get rbac.authorization.k8s.io/v1  clusterroles system:node',
    ],
    ['GET /apis/apps/v1', 'get -'],
    ['GET /api/v1', 'get -'],
    ['GET /apis', 'get -'],
    ['GET /healthz', 'get -'],
    ['POST /version', 'post -'],
    ['OPTIONS /api/v1/pods', ' /v1  pods '],
  ];
  for (const [line, want] of cases) it(line, () => assert.equal(parse(line), want));

  const refused = [
    'GET /api/v1/namespaces/default%2Fpods/x',
    'GET /api/v1/namespaces/../secrets',
    'GET /api/v1/namespaces/%2e%2e/secrets',
    'GET /api/v1/namespaces/a/pods/%252e',
    'GET /api/v1//pods',
    'GET /api/v1/namespaces/a/pods/%00',
    'GET /api/v1/namespaces/a/pods/%zz',
    'GET /api/v1/namespaces/a%5cb/pods',
    'GET *',
    'GET http://elsewhere/api/v1/pods',
  ];
  for (const line of refused) {
    it(`refuses ${line}`, () =>
      assert.throws(
        () => parse(line),
        (e: unknown) => e instanceof StatusError && e.code === 400,
      ));
  }
});
