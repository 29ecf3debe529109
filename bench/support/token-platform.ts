/** The platform in one process with one more agent, `ticker`. */
import { parseConfig, startPlatform } from '@waybill/platform';
import { ticker } from './ticker.ts';

const platform = await startPlatform({ config: parseConfig(process.env), agents: [ticker] });
process.on('SIGTERM', () => void platform.close().then(() => process.exit(0)));
