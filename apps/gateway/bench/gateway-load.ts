/** The client side of gateway.ts, in a process of its own: the same requests as the peer benchmark makes. */
import http from 'node:http';

const [url = '', concurrent = '', stepCount = ''] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
const pad = 'x'.repeat(150);

const call = (
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const typed: Record<string, string> =
      text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    const request = http.request(url + path, { method, agent, headers: { ...typed, ...headers } }, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (answer += piece));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode! >= 300
          ? reject(new Error(`${response.statusCode} ${answer}`))
          : resolve(JSON.parse(answer)),
      );
    });
    request.on('error', reject);
    request.end(text);
  });
const wait = (taskId: string): Promise<void> =>
  new Promise((resolve, reject) => {
    http
      .get(`${url}/v1/tasks/${taskId}/events`, { agent, headers: { accept: 'text/event-stream' } }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`stream ${response.statusCode}`));
        response.on('data', () => undefined);
        response.on('end', resolve);
        response.on('error', reject);
      })
      .on('error', reject);
  });

process.on('exit', (code) => code !== 0 && process.stderr.write(`load ended with ${code}\n`));
const latencies: number[] = [];
async function run(id: string): Promise<void> {
  const begun = performance.now();
  const { task_id: taskId } = await call(
    'POST',
    '/v1/tasks',
    { workflow: 'bench', input: { id } },
    { 'idempotency-key': id },
  );
  await wait(String(taskId));
  const task = await call('GET', `/v1/tasks/${String(taskId)}`);
  if (task['status'] !== 'completed' || !JSON.stringify(task['output']).includes(id))
    throw new Error(JSON.stringify(task));
  latencies.push(performance.now() - begun);
}
async function pool(total: number, prefix: string): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const n = next;
      next += 1;
      if (n >= total) return;
      await run(`${prefix}-${n}`);
    }
  };
  await Promise.all(Array.from({ length: Number(concurrent) }, worker));
}

const steps = Object.fromEntries(
  Array.from({ length: Number(stepCount) }, (_, n) => [
    `s${n + 1}`,
    {
      agent: 'echo',
      needs: n === 0 ? [] : [`s${n}`],
      with: { ok: true, wf: '${{ input.id }}', step: `s${n + 1}`, pad },
    },
  ]),
);
await call('PUT', '/v1/workflows/bench', {
  name: 'bench',
  version: 1,
  steps,
  output: `\${{ steps.s${stepCount}.output }}`,
});
let block = 0;
const at = (share: number): number => Math.round(latencies[Math.floor(latencies.length * share)]! * 10) / 10;
process.on('message', ({ count }: { count: number }) => void runBlock(count));
process.send!({ ready: true });
async function runBlock(count: number): Promise<void> {
  block += 1;
  latencies.length = 0;
  const begun = performance.now();
  await pool(count, `block-${process.pid}-${block}`);
  const seconds = (performance.now() - begun) / 1_000;
  latencies.sort((a, b) => a - b);
  process.send!({ seconds, p50: at(0.5), p99: at(0.99) });
}
