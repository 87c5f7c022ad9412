/**
 * The client's side of a SPDY/3.1 connection, as far as Kubernetes' streaming servers go: we open streams, both sides
 * write on them.
 *
 * There is no flow control by windows here, on purpose: the Go library behind every such server (moby/spdystream)
 * neither sends WINDOW_UPDATE nor heeds it, so that a sender who kept to the initial window would stop after 64 KB.
 * Back-pressure is TCP's: we read no further until what was read has been delivered.
 */
import type { Duplex } from 'node:stream';
import { dataFrame, type Frame, FrameReader, longestData, pingFrame, synStreamFrame } from './frames.js';
import { HeaderCompressor } from './headers.js';

export interface StreamListener {
  /** Nothing more is read from the connection until this resolves. */
  data(chunk: Buffer): void | Promise<void>;
}

interface OpenStream {
  listener: StreamListener;
  replied(): void;
  refused(why: Error): void;
}

export class SpdySession {
  private readonly compressor = new HeaderCompressor();
  private readonly streams = new Map<number, OpenStream>();
  /** A client's streams have odd numbers. */
  private nextId = 1;

  constructor(private readonly socket: Duplex) {}

  /**
   * Reads until the connection ends. `first` came with the answer to the upgrade. Resolves when the server has closed
   * the connection; throws when it broke, or sent what is not SPDY.
   */
  async run(first: Buffer): Promise<void> {
    const reader = new FrameReader();
    try {
      for (const frame of reader.push(first)) await this.receive(frame);
      for await (const chunk of this.socket) {
        for (const frame of reader.push(chunk as Buffer)) await this.receive(frame);
      }
    } finally {
      for (const stream of this.streams.values()) stream.refused(new Error('the connection was closed'));
      this.streams.clear();
    }
  }

  /** Resolves with the stream's number once the server has accepted it: it ignores data that comes earlier. */
  open(headers: Readonly<Record<string, string>>, listener: StreamListener): Promise<number> {
    const id = this.nextId;
    this.nextId += 2;
    return new Promise((resolve, reject) => {
      this.streams.set(id, { listener, replied: () => resolve(id), refused: reject });
      this.socket.write(synStreamFrame(id, this.compressor.compress(headers)));
    });
  }

  /** False when the connection is congested: wait for its 'drain'. */
  write(id: number, data: Buffer): boolean {
    let flowing = true;
    for (let at = 0; at < data.length; at += longestData) {
      flowing = this.socket.write(dataFrame(id, data.subarray(at, at + longestData), false));
    }
    return flowing;
  }

  /** Closes our half of a stream: the process reads end of file. */
  end(id: number): void {
    this.socket.write(dataFrame(id, Buffer.alloc(0), true));
  }

  private async receive(frame: Frame): Promise<void> {
    switch (frame.type) {
      case 'data':
        if (frame.data.length > 0) await this.streams.get(frame.streamId)?.listener.data(frame.data);
        return;
      case 'synReply':
        this.streams.get(frame.streamId)?.replied();
        return;
      case 'rstStream':
        this.streams.get(frame.streamId)?.refused(new Error(`the stream was refused with status ${frame.status}`));
        return;
      case 'ping':
        this.socket.write(pingFrame(frame.id));
        return;
      default:
        // SETTINGS and WINDOW_UPDATE are of no use without flow control; after GOAWAY the connection ends by itself.
        return;
    }
  }
}
