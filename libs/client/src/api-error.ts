/** An answer of the platform that is no success, with its problem document. */
import { Problem } from '@waybill/contracts';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = new.target.name;
  }

  get code(): string {
    return this.problem.code;
  }
}

export async function apiErrorOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  const problem = Problem.safeParse(parsed(text));
  if (problem.success) return new ApiError(response.status, problem.data);
  const detail = `${response.url} answered ${response.status}${text === '' ? '' : `: ${text.slice(0, 300)}`}`;
  return new ApiError(response.status, {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    detail,
    code: response.status >= 500 ? 'internal' : 'invalid_request',
    class: response.status >= 500 ? 'bug' : 'invalid',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
