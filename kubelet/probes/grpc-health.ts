/** The gRPC health check protocol (grpc.health.v1): one call, one answer. */
import * as grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import type { ProbeResult } from './run.js';

const root = protobuf.parse(`
syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
`).root;

export async function grpcHealth(address: string, service: string, timeoutMs: number): Promise<ProbeResult> {
  const request = root.lookupType('grpc.health.v1.HealthCheckRequest');
  const response = root.lookupType('grpc.health.v1.HealthCheckResponse');
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  const encode = (value: object): Buffer => Buffer.from(request.encode(request.fromObject(value)).finish());
  const decode = (bytes: Buffer): { status: string } =>
    response.toObject(response.decode(bytes), { enums: String, defaults: true }) as { status: string };
  try {
    return await new Promise(resolve => {
      const deadline = Date.now() + timeoutMs;
      const path = '/grpc.health.v1.Health/Check';
      client.makeUnaryRequest(path, encode, decode, { service }, new grpc.Metadata(), { deadline }, (error, answer) => {
        if (error) return resolve({ success: false, message: failure(error, address, timeoutMs) });
        const status = answer?.status ?? 'UNKNOWN';
        const success = status === 'SERVING';
        resolve({ success, message: success ? '' : `service unhealthy (responded with "${status}")` });
      });
    });
  } finally {
    client.close();
  }
}

function failure(error: grpc.ServiceError, address: string, timeoutMs: number): string {
  if (error.code === grpc.status.UNIMPLEMENTED)
    return 'this server does not implement the grpc health protocol (grpc.health.v1.Health)';
  return error.code === grpc.status.DEADLINE_EXCEEDED
    ? `timeout: failed to connect service "${address}" within ${timeoutMs / 1000}s: context deadline exceeded`
    : `error: health rpc failed: ${error.details}`;
}
