/** containerd's own services beside its CRI, as far as the kubelet needs them: see proto.ts. */

/** containerd's own record of containers and sandboxes, which has them before anything of them runs. */
export const containersProto = `
syntax = "proto3";
package containerd.services.containers.v1;

service Containers { rpc List(ListContainersRequest) returns (ListContainersResponse); }
message ListContainersRequest { repeated string filters = 1; }
message Container { string id = 1; }
message ListContainersResponse { repeated Container containers = 1; }
`;

/** containerd's own event service: how a container's exit is seen at once (CRI 1.6 has no event stream). */
export const eventsProto = `
syntax = "proto3";
package containerd.services.events.v1;

service Events { rpc Subscribe(SubscribeRequest) returns (stream Envelope); }
message SubscribeRequest { repeated string filters = 1; }
message Any { string type_url = 1; bytes value = 2; }
message Envelope { string namespace = 2; string topic = 3; Any event = 4; }
message TaskExit { string container_id = 1; string id = 2; uint32 pid = 3; uint32 exit_status = 4; }
message TaskOOM { string container_id = 1; }
`;

/** What is behind an image: its configuration, and its layers as a file system. */
export const contentProto = `
syntax = "proto3";
package containerd.services.content.v1;

service Content { rpc Read(ReadContentRequest) returns (stream ReadContentResponse); }
message ReadContentRequest { string digest = 1; int64 offset = 2; int64 size = 3; }
message ReadContentResponse { int64 offset = 1; bytes data = 2; }
`;

export const snapshotsProto = `
syntax = "proto3";
package containerd.services.snapshots.v1;

service Snapshots {
  rpc View(ViewSnapshotRequest) returns (ViewSnapshotResponse);
  rpc Remove(RemoveSnapshotRequest) returns (Empty);
}
message Empty {}
message Mount { string type = 1; string source = 2; string target = 3; repeated string options = 4; }
message ViewSnapshotRequest { string snapshotter = 1; string key = 2; string parent = 3; map<string, string> labels = 4; }
message ViewSnapshotResponse { repeated Mount mounts = 1; }
message RemoveSnapshotRequest { string snapshotter = 1; string key = 2; }
`;
