/** A local collector of traces: OTLP over HTTP in JSON, which is what the platform sends. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TraceSpan } from './one-trace.ts';

export interface OtlpCollector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  /** Spans that have come in, in no order. */
  readonly spans: readonly TraceSpan[];
  /** Resolves when the nth export (from 1) has come in. */
  asked(nth: number): Promise<void>;
  /** Whether the sender of the nth export still waits for its answer. */
  isOpen(nth: number): boolean;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<TraceSpan, 'service'>[] }[];
  }[];
}

/** `silent`: it takes every export and never answers one. */
export async function otlpCollector({ silent = false } = {}): Promise<OtlpCollector> {
  const spans: TraceSpan[] = [];
  const exports: { isOpen: boolean }[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const isTraces = request.url === '/v1/traces' && request.headers['content-type'] === 'application/json';
      if (!isTraces) return response.writeHead(415).end();
      spans.push(...spansOf(JSON.parse(body) as Export));
      const received = { isOpen: true };
      response.on('close', () => (received.isOpen = false));
      exports.push(received);
      for (const wake of waiting.splice(0)) wake();
      return silent ? response : response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    async asked(nth) {
      while (exports.length < nth) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    isOpen: (nth) => exports[nth - 1]!.isOpen,
  };
}

function spansOf({ resourceSpans }: Export): TraceSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
  });
}

async function read(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
