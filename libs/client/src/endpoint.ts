/**
 * Where the platform is, and requests to it.
 * Promises: an answer that is no success is an `ApiError`; a request that got no answer is asked again as long as `unanswered` says so, where the platform
 * is by then, and then each POST carries an idempotency key, so that what it asks for is done once; a deletion that finds nothing then was done before.
 */
import { randomUUID } from 'node:crypto';
import { ApiError, apiErrorOf } from './api-error.ts';
import { mayPass, type Again } from './following.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string | undefined;
}

export class Endpoint {
  constructor(
    /** `http://127.0.0.1:3000` */
    public url: string,
    private readonly unanswered: Again | undefined,
  ) {}

  async request<T>(question: Question): Promise<T> {
    const init = this.initOf(question);
    let isAgain = false;
    for (let failures = 0; ; isAgain = true) {
      const { url } = this;
      try {
        return await answerOf<T>(url + question.path, init);
      } catch (error) {
        if (isAgain && isDone(question, error)) return undefined as T;
        if (!this.unanswered || !mayPass(error)) throw error;
        if (url !== this.url) continue; // another request has found where it is
        if (!(await this.unanswered((failures += 1), error))) throw error;
      }
    }
  }

  private initOf({ method, body, idempotencyKey }: Question): RequestInit {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const key = idempotencyKey ?? (method === 'POST' && this.unanswered ? randomUUID() : undefined);
    if (key !== undefined) headers['idempotency-key'] = key;
    return { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  }
}

async function answerOf<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw await apiErrorOf(response);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

const isDone = ({ method }: Question, error: unknown): boolean =>
  method === 'DELETE' && error instanceof ApiError && error.status === 404;
