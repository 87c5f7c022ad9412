/** The configuration of the kubelet's own containerd: everything under one directory, nothing shared with another. */

export interface ContainerdPaths {
  root: string;
  state: string;
  socket: string;
  config: string;
  pidFile: string;
  log: string;
  cniConf: string;
}

export interface ContainerdSettings {
  sandboxImage: string;
  cniBinDir: string;
  /** True where the machine denies lowering the OOM score (no CAP_SYS_RESOURCE): a container must then not ask for it. */
  restrictOomScore: boolean;
}

/** Socket paths may have 107 bytes at most: a deeper data directory is refused, see start.ts. */
export const maxSocketPath = 107;

const text = (value: string): string => JSON.stringify(value);

/** containerd's config.toml, version 2. The CRI runs pods, and only runc's shim is needed: other plug-ins stay off. */
export function containerdConfig(paths: ContainerdPaths, settings: ContainerdSettings): string {
  return `version = 2
root = ${text(paths.root)}
state = ${text(paths.state)}
oom_score = 0
required_plugins = ["io.containerd.grpc.v1.cri"]
disabled_plugins = ${JSON.stringify(unusedPlugins)}

[grpc]
  address = ${text(paths.socket)}

[ttrpc]
  address = ${text(`${paths.socket}.ttrpc`)}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(settings.sandboxImage)}
  restrict_oom_score_adj = ${settings.restrictOomScore}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  max_container_log_line_size = 16384
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(settings.cniBinDir)}
    conf_dir = ${text(paths.cniConf)}

  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    snapshotter = "overlayfs"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/**
 * Snapshotters that probe the machine at start (and log errors where they do not fit), tracing, and NRI, which would listen
 * at a place that all containerds of the machine share.
 */
const unusedPlugins = [
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.tracing.processor.v1.otlp',
  'io.containerd.internal.v1.tracing',
  'io.containerd.internal.v1.opt',
  'io.containerd.nri.v1.nri',
];
