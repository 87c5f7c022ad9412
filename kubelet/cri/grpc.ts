/** Calls over gRPC from a .proto text: protobufjs describes the messages, grpc-js carries them. */
import * as grpc from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { CriError } from './cri.js';

export type Call = (request: object, deadlineMs: number) => Promise<Record<string, unknown>>;

const options: grpc.ClientOptions = {
  // Messages can be large lists; the default of 4 MB is a limit of the client, not of the runtime.
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // A runtime that was away is found again at once: by default, each try that finds nobody makes the next one later.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
};

/** What containerd's own services ask for with each call; its CRI needs none. */
export function kubernetesNamespace(): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set('containerd-namespace', 'k8s.io');
  return metadata;
}

export const channel = (socket: string): grpc.Client =>
  new grpc.Client(`unix://${socket}`, grpc.credentials.createInsecure(), options);

/** Every unary method of the service, by name. */
export function unaryCalls(
  client: grpc.Client,
  proto: string,
  service: string,
  metadata: grpc.Metadata = new grpc.Metadata(),
): Map<string, Call> {
  const described = protobuf.parse(proto).root.resolveAll().lookupService(service);
  return new Map(
    described.methodsArray.map(method => {
      const request = method.resolvedRequestType as protobuf.Type;
      const response = method.resolvedResponseType as protobuf.Type;
      const path = `${described.fullName.replace('.', '/')}/${method.name}`;
      return [method.name, unary(client, path, metadata, method.name, request, response)];
    }),
  );
}

function unary(
  client: grpc.Client,
  path: string,
  metadata: grpc.Metadata,
  name: string,
  request: protobuf.Type,
  response: protobuf.Type,
): Call {
  const encode = (value: object): Buffer => Buffer.from(request.encode(request.fromObject(value)).finish());
  const decode = (bytes: Buffer): Record<string, unknown> => plain(response, bytes);
  return (value, deadlineMs) =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + deadlineMs;
      client.makeUnaryRequest(path, encode, decode, value, metadata, { deadline }, (error, answer) => {
        if (error) reject(new CriError(name, error.code, error.details || error.message));
        else resolve(answer ?? {});
      });
    });
}

/** All that a streaming method answers to one request. */
export function collectedCall(
  client: grpc.Client,
  proto: string,
  service: string,
  name: string,
  metadata: grpc.Metadata = new grpc.Metadata(),
): (request: object, deadlineMs: number) => Promise<Record<string, unknown>[]> {
  const described = protobuf.parse(proto).root.resolveAll().lookupService(service);
  const method = described.methods[name];
  const request = method?.resolvedRequestType as protobuf.Type;
  const response = method?.resolvedResponseType as protobuf.Type;
  const encode = (value: object): Buffer => Buffer.from(request.encode(request.fromObject(value)).finish());
  const decode = (bytes: Buffer): Record<string, unknown> => plain(response, bytes);
  const path = `${described.fullName.replace('.', '/')}/${name}`;
  return (value, deadlineMs) =>
    new Promise((resolve, reject) => {
      const deadline = Date.now() + deadlineMs;
      const stream = client.makeServerStreamRequest(path, encode, decode, value, metadata, { deadline });
      const answers: Record<string, unknown>[] = [];
      stream.on('data', (answer: Record<string, unknown>) => answers.push(answer));
      stream.on('error', (error: grpc.ServiceError) =>
        reject(new CriError(name, error.code, error.details || error.message)),
      );
      stream.on('end', () => resolve(answers));
    });
}

/** int64 becomes a number: nanoseconds since 1970 lose less than a microsecond by that. */
export const plain = (type: protobuf.Type, bytes: Uint8Array): Record<string, unknown> =>
  type.toObject(type.decode(bytes), { longs: Number, enums: String, defaults: true });
