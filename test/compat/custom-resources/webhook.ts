/** The webhook that converts fleets, as somebody would write one: an HTTPS server of its own. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { AnyObject } from '../../../api/types.js';

interface Review {
  request: { uid: string; desiredAPIVersion: string; objects: AnyObject[] };
}

/** 'blue:round' and {colour, shape}; ships and replicas. */
function convert(object: AnyObject, to: string): AnyObject {
  const { ships, replicas, flag, ...rest } = (object.spec ?? {}) as Record<string, unknown>;
  if (to.endsWith('/v1alpha1')) {
    const { colour, shape } = flag as { colour: string; shape: string };
    return { ...object, apiVersion: to, spec: { ...rest, ships: replicas, flag: `${colour}:${shape}` } };
  }
  const [colour = '', shape] = String(flag).split(':');
  const parts = { colour, ...(shape ? { shape } : {}) };
  return {
    ...object,
    apiVersion: to,
    spec: { ...rest, ...(ships === undefined ? {} : { replicas: ships }), flag: parts },
  };
}

export class ConversionWebhook {
  /** How many objects each call had. */
  readonly calls: number[] = [];
  /** Answers so instead of converting. */
  broken: string | undefined;

  private constructor(private readonly server: Server) {}

  static async start(tls: { cert: string; key: string }): Promise<ConversionWebhook> {
    const server = createServer(tls, async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { request: asked } = JSON.parse(Buffer.concat(chunks).toString()) as Review;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(webhook.answer(asked)));
    });
    const webhook = new ConversionWebhook(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return webhook;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}/convert`;
  }

  answer({ uid, objects, desiredAPIVersion }: Review['request']): object {
    this.calls.push(objects.length);
    const response = this.broken
      ? { uid, result: { status: 'Failure', message: this.broken } }
      : {
          uid,
          result: { status: 'Success' },
          convertedObjects: objects.map(object => convert(object, desiredAPIVersion)),
        };
    return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response };
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise(resolve => this.server.close(() => resolve()));
  }
}
