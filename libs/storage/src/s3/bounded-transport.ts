/**
 * HTTP for the S3 client, which has no time limits of its own.
 * Promises: a request ends, body included, when the server is silent for `silentMs` and after `totalMs` at the latest; no answer is left
 * unread, so its connection can be used again.
 */
import http from 'node:http';
import https from 'node:https';

export interface TimeLimits {
  readonly silentMs: number;
  readonly totalMs: number;
}

/** Shorter than any server keeps an idle connection, so that none is found closed when it is used again. */
const idleMs = 4_000;
/** Those of which the client reads no more than the number. */
const unreadStatus = new Set([408, 429, 499, 500, 502, 503, 504, 520]);

export function boundedTransport(useSSL: boolean, limits: TimeLimits) {
  const { Agent, request } = useSSL ? https : http;
  return {
    transportAgent: new Agent({ keepAlive: true, timeout: idleMs, maxSockets: 64 }),
    transport: {
      request: (options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void) =>
        bounded(request, { ...options, timeout: limits.silentMs }, onResponse, limits),
    } as typeof http,
  };
}

function bounded(
  request: typeof https.request,
  options: https.RequestOptions,
  onResponse: (response: http.IncomingMessage) => void,
  { silentMs, totalMs }: TimeLimits,
): http.ClientRequest {
  let response: http.IncomingMessage | undefined;
  const made = request(options, (answer) => {
    response = answer;
    if (unreadStatus.has(answer.statusCode ?? 0)) answer.resume();
    onResponse(answer);
  });
  const giveUp = (why: string): void => void (response ?? made).destroy(new Error(why));
  const longest = setTimeout(() => giveUp(`it took longer than ${totalMs} ms`), totalMs);
  made.on('timeout', () => giveUp(`no answer within ${silentMs} ms`));
  made.on('close', () => clearTimeout(longest));
  return made;
}
