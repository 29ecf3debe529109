/** Parameters of the address: what is not understood is refused, never passed over. */
import { isText, limits, PlatformError } from '@waybill/contracts';
import type { FastifyRequest } from 'fastify';
import { didYouMean } from '../../domain/nearest-name.ts';
import { idOfCursor } from '../../use-cases/read-tasks.ts';

type Raw = Record<string, string | string[] | undefined>;

export class Query {
  private readonly raw: Raw;

  /** Throws `invalid_request` for parameters that the route does not have. */
  constructor(request: FastifyRequest, known: readonly string[]) {
    this.raw = request.query as Raw;
    for (const name of Object.keys(this.raw)) {
      if (known.includes(name)) continue;
      const shown = JSON.stringify(name.slice(0, 64));
      throw new PlatformError('invalid_request', {
        detail: `The parameter ${shown} is not known.${didYouMean(name, known)}`,
        pointer: name.slice(0, 64),
      });
    }
  }

  all(name: string): readonly string[] {
    const value = this.raw[name];
    const values = value === undefined ? [] : Array.isArray(value) ? value : [value];
    for (const text of values) if (!isText(text)) throw new PlatformError('invalid_text', { pointer: name });
    return values;
  }

  one(name: string): string | undefined {
    const values = this.all(name);
    if (values.length > 1) throw bad(name, 'is given more than once');
    return values[0];
  }

  integer(
    name: string,
    least: number,
    most: number,
    code: 'invalid_request' | 'invalid_cursor' = 'invalid_request',
  ): number | undefined {
    const text = this.one(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw bad(name, `must be a whole number from ${least} to ${most}`, code);
  }

  flag(name: string): boolean {
    const text = this.one(name);
    if (text === undefined || text === 'false' || text === '0') return false;
    if (text === 'true' || text === '1' || text === '') return true;
    throw bad(name, 'must be true or false');
  }

  /** Separated by commas, or repeated. */
  choices(name: string, allowed: readonly string[]): readonly string[] | undefined {
    const chosen = this.all(name).flatMap((text) => text.split(','));
    for (const choice of chosen) {
      if (!allowed.includes(choice)) throw bad(name, `must be among ${allowed.join(', ')}`);
    }
    return chosen.length === 0 ? undefined : chosen;
  }

  limit(): number {
    return this.integer('limit', 1, limits.pageItems) ?? limits.defaultPageItems;
  }

  /** The id after which the page begins. */
  before(): { before?: string } {
    const cursor = this.one('cursor');
    return cursor === undefined ? {} : { before: idOfCursor(cursor) };
  }
}

const bad = (
  name: string,
  rule: string,
  code: 'invalid_request' | 'invalid_cursor' = 'invalid_request',
): PlatformError => new PlatformError(code, { detail: `${name} ${rule}.`, pointer: name });
