/** Where a load balancer listens, as the tables of Services and Ingresses show it. */
interface Balancer {
  ingress?: { ip?: string; hostname?: string }[];
}

/** Kubernetes shortens what would push the other columns off the screen. */
const widest = 16;

export function balancerText(balancer: Balancer | undefined | null): string {
  const names = (balancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  const all = [...new Set(names.filter(name => name !== ''))].sort().join(',');
  return all.length <= widest ? all : `${all.slice(0, widest - 3)}...`;
}
