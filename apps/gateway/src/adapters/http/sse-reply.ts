/** Frames to one client, straight to the socket: headers go out with the first of them. */
import type { ServerResponse } from 'node:http';
import type { StreamSink } from '../../use-cases/task-stream.ts';
import { encodingOf } from './exchange.ts';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

export class SseReply implements StreamSink {
  constructor(private readonly raw: ServerResponse) {}

  begin(): void {
    if (this.raw.destroyed || this.raw.headersSent) return;
    this.raw.writeHead(200, headers);
    this.raw.flushHeaders();
  }

  write(frames: string): boolean {
    if (this.raw.destroyed) return true;
    if (!this.raw.headersSent) this.raw.writeHead(200, headers);
    return this.raw.write(frames, encodingOf(frames, Buffer.byteLength(frames)));
  }

  /** A stream that ends before it began has a length, and goes out in one piece. */
  end(frames: string): void {
    if (this.raw.destroyed) return;
    const length = Buffer.byteLength(frames);
    if (!this.raw.headersSent) this.raw.writeHead(200, { ...headers, 'content-length': length });
    this.raw.end(frames, encodingOf(frames, length));
  }

  cut(): void {
    this.raw.destroy();
  }
}
