/**
 * Refuses bytes that are no HTTP, or do not come to their end: there is no request to answer.
 * Promises: what the same connection asked before is answered first, whoever asked; nothing is written into an answer that has begun; who does not hang up is cut off;
 * a connection that has brought nothing for a minute is closed without a word, but not while its first request lies there unread.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long who sent no HTTP has to read why it was refused and to hang up. */
const lingerMs = 5_000;
const late = 'ERR_HTTP_REQUEST_TIMEOUT';
const refusals: Record<string, [status: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers of the request are too large.'],
  [late]: ['408 Request Timeout', 'The request did not come to its end in time.'],
};

/** For `clientError` of a server. */
export function refuserOfUnreadable(): (error: Error & { code?: string }, socket: Socket) => void {
  const refused = new WeakSet<Socket>();
  return (error, socket) => {
    if (error.code === late && socket.bytesRead === 0) return closeSilent(socket);
    if (refused.has(socket)) return; // Node tells of every further piece of what is no HTTP
    refused.add(socket);
    refuse(socket, error.code);
  };
}

/** Clients connect ahead of their requests. Node looks at its clock before it reads what came while other work ran: that is read after the next round of its event loop. */
function closeSilent(socket: Socket): void {
  const close = (): unknown => socket.bytesRead === 0 && socket.destroy();
  setImmediate(() => setImmediate(close));
}

function refuse(socket: Socket, code: string | undefined): void {
  const answer = answerOf(socket);
  if (answer?.req.complete) return void answer.once('close', () => refuse(socket, code));
  if (!answer?.headersSent && socket.writable) socket.end(problem(code));
  else socket.end();
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** That is written to it now; others follow on it. Only Node knows, and its own refusal looks there too: to keep count here would cost each request. */
const answerOf = (socket: Socket): ServerResponse | null | undefined =>
  (socket as { _httpMessage?: ServerResponse | null })._httpMessage;

function problem(code: string | undefined): string {
  const [status, detail] = refusals[code ?? ''] ?? ['400 Bad Request', 'The request cannot be read as HTTP.'];
  const body = JSON.stringify({
    type: 'urn:waybill:problem:invalid_request',
    title: 'The request does not have the expected shape',
    status: Number(status.slice(0, 3)),
    detail,
    code: 'invalid_request',
    class: 'invalid',
  });
  return `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
