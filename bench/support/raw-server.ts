/**
 * The least that W3 can cost on this machine: the same three requests to Node's bare HTTP server, and in `bench_one` as many commits one after
 * another as a task of one step takes, each the pages of one written over and synced. It decides nothing and keeps nothing.
 */
import { fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';

const folder = process.env['WAYBILL_DATA_DIR']!;
mkdirSync(folder, { recursive: true });
const file = openSync(join(folder, 'raw'), 'w');
const fileBytes = 16 * 1024 * 1024;
const frame = Buffer.alloc(4_096 + 24, 1);
const framesPerCommit = 8;
let at = 0;
for (; at + frame.length <= fileBytes; at += frame.length) writeSync(file, frame, 0, frame.length, at);
fdatasyncSync(file);

function commit(): void {
  for (let n = 0; n < framesPerCommit; n += 1) {
    if (at + frame.length > fileBytes) at = 0;
    at += writeSync(file, frame, 0, frame.length, at);
  }
  fdatasyncSync(file);
}

let tasks = 0;
async function answer({ method, url }: IncomingMessage, body: () => Promise<string>): Promise<unknown> {
  if (method === 'POST') {
    const isDurable = (await body()).includes('"bench_one"');
    if (isDurable) commit();
    return { task_id: `${isDurable ? 'durable' : 'volatile'}-${(tasks += 1)}` };
  }
  if (url!.endsWith('/events') && url!.includes('durable')) for (let n = 0; n < 3; n += 1) commit();
  return { status: 'completed' };
}

const server = createServer((request, response) => {
  const body = async (): Promise<string> => Buffer.concat(await request.toArray()).toString();
  void answer(request, body).then((value) => response.end(JSON.stringify(value)));
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
