/** The users that the cluster's own components are (apiserver/pki issues their certificates). */
export const controllerProcess = 'system:kube-controller-manager';
export const scheduler = 'system:kube-scheduler';
export const proxy = 'system:kube-proxy';
export const monitoringGroup = 'system:monitoring';
