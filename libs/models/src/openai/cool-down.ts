/** After a 429 nobody who shares the hot state asks this model until it may be asked again. A hint: without hot state each finds out by itself. */
import { PlatformError } from '@waybill/contracts';
import type { HotState } from '@waybill/storage';

const defaultMs = 1_000;

export class CoolDown {
  private readonly key: string;

  constructor(
    model: string,
    private readonly hot: Pick<HotState, 'get' | 'set'>,
    private readonly clock: { now(): number },
  ) {
    this.key = `model-cool-down/${model}`;
  }

  /** Throws `model_failed` with the time that is left. */
  async check(model: string): Promise<void> {
    const leftMs = await this.left();
    if (leftMs <= 0) return;
    const detail = `Model ${model} has asked callers to wait.`;
    throw new PlatformError('model_failed', { detail, retryAfterMs: Math.ceil(leftMs) });
  }

  async begin(retryAfterMs: number | undefined): Promise<void> {
    const ms = Math.max(1, retryAfterMs ?? defaultMs);
    if (ms < (await this.left())) return; // of a call that was on its way
    await this.hot.set(this.key, `${String(this.clock.now() + ms)} ${String(ms)}`, ms).catch(() => undefined);
  }

  private async left(): Promise<number> {
    const [until, ms] = ((await this.hot.get(this.key).catch(() => undefined)) ?? '').split(' ').map(Number);
    // No more than was asked for, should the clock have been set back meanwhile.
    return Math.min(until! - this.clock.now(), ms!) || 0;
  }
}
