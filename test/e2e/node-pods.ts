/** Pods for clusters of several nodes. */

/** Answers with its node's name, on port 8080. */
export const namesItsNode = (node: string, app: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${app}-${node}`, labels: { app } },
  spec: {
    nodeName: node,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'web',
        image: 'orrery.local/busybox:1',
        command: ['sh', '-c', `mkdir /www; echo ${node} > /www/index.html; exec httpd -f -p 8080 -h /www`],
      },
    ],
  },
});
