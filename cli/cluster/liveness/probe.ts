/** How a process is asked whether it lives: the fields of a Probe of Kubernetes. */
export interface LivenessProbe {
  periodSeconds: number;
  timeoutSeconds: number;
  failureThreshold: number;
}

/** kubeadm's, of every part of a control plane. */
export const kubeadmProbe: LivenessProbe = { periodSeconds: 10, timeoutSeconds: 15, failureThreshold: 8 };
