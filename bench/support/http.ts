/** A lean HTTP client of the public interface: keep-alive, no validation, so that the client costs little of the two cores. */
import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });

export interface TaskAnswer {
  readonly task_id: string;
  readonly status: string;
  readonly output?: unknown;
}

export class BenchClient {
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  call<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const all =
      text === undefined
        ? headers
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)), ...headers };
    return new Promise((resolve, reject) => {
      const request = http.request(this.url + path, { method, agent, headers: all }, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (answer += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if ((response.statusCode ?? 500) >= 300)
            reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.slice(0, 300)}`));
          else resolve((answer === '' ? undefined : JSON.parse(answer)) as T);
        });
      });
      request.on('error', reject);
      request.end(text);
    });
  }

  /** Resolves when the stream ends, which it does after the terminal event. `onFrame` gets each frame's text as it comes. */
  stream(path: string, onFrame?: (frame: string) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = http.get(this.url + path, { agent, headers: { accept: 'text/event-stream' } }, (response) => {
        if (response.statusCode !== 200) {
          reject(new Error(`GET ${path}: ${response.statusCode}`));
          return;
        }
        let pending = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (!onFrame) return;
          const frames = (pending + chunk).split('\n\n');
          pending = frames.pop()!;
          for (const frame of frames) onFrame(frame);
        });
        response.on('end', resolve);
        response.on('error', reject);
      });
      request.on('error', reject);
    });
  }

  /** Submit, follow the stream to its end, read the state: three requests a task, as any client would. */
  async run(workflow: string, id: string): Promise<TaskAnswer> {
    const accepted = await this.call<TaskAnswer>(
      'POST',
      '/v1/tasks',
      { workflow, input: { id } },
      { 'idempotency-key': id },
    );
    await this.stream(`/v1/tasks/${accepted.task_id}/events`);
    const task = await this.call<TaskAnswer>('GET', `/v1/tasks/${accepted.task_id}`);
    if (task.status !== 'completed') throw new Error(`Task ${task.task_id} is ${task.status}`);
    return task;
  }
}
