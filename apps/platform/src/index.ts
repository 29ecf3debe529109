export { parseConfig, type PlatformConfig } from './config.ts';
export { startPlatform, type PlatformOptions, type RunningPlatform } from './composition/start-platform.ts';
