/** This service's settings. */
import { z } from 'zod';

export const gatewaySettings = {
  PORT: z.coerce.number().int().min(0).max(65_535).default(3_000),
  /** Until identity exists it serves this machine only. */
  GATEWAY_HOST: z.string().min(1).default('127.0.0.1'),
  /** Memory for recent tasks. */
  GATEWAY_LIVE_BYTES: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(32 * 1_048_576),
  GATEWAY_HEARTBEAT_MS: z.coerce.number().int().min(100).default(15_000),
  /** A stream whose client takes nothing for so long is cut. */
  GATEWAY_STALL_MS: z.coerce.number().int().min(100).default(30_000),
  /** How long records gather before they are written to the read model. */
  GATEWAY_GATHER_MS: z.coerce.number().int().min(0).max(10_000).default(1_000),
  /** How long a read waits for what was written before it. */
  GATEWAY_FRESH_MS: z.coerce.number().int().min(1).default(2_000),
  GATEWAY_VERDICT_MS: z.coerce.number().int().min(1).default(2_000),
  GATEWAY_SEARCH_MS: z.coerce.number().int().min(1).default(5_000),
};
const Settings = z.object(gatewaySettings);

export interface GatewayConfig {
  readonly port: number;
  readonly host: string;
  readonly liveBytes: number;
  readonly heartbeatMs: number;
  readonly stallMs: number;
  readonly gatherMs: number;
  readonly freshMs: number;
  readonly verdictMs: number;
  readonly searchMs: number;
}

/** Of settings that were parsed. */
export function gatewayConfigOf(settings: z.infer<typeof Settings>): GatewayConfig {
  return {
    port: settings.PORT,
    host: settings.GATEWAY_HOST,
    liveBytes: settings.GATEWAY_LIVE_BYTES,
    heartbeatMs: settings.GATEWAY_HEARTBEAT_MS,
    stallMs: settings.GATEWAY_STALL_MS,
    gatherMs: settings.GATEWAY_GATHER_MS,
    freshMs: settings.GATEWAY_FRESH_MS,
    verdictMs: settings.GATEWAY_VERDICT_MS,
    searchMs: settings.GATEWAY_SEARCH_MS,
  };
}
