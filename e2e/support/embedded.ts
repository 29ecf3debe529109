/** The embedded platform for the suites: one process on a folder that is gone afterwards. */
import type { StartPlatform } from '../suite/platform-under-test.ts';
import { newFolder, newPlatform } from './scratch.ts';

export const startEmbedded: StartPlatform = async (settings) => {
  const { folder, remove } = newFolder();
  const platform = await newPlatform(folder, settings);
  const kill = async (): Promise<void> => {
    await platform.end('SIGKILL');
    remove();
  };
  try {
    await platform.start();
  } catch (error) {
    await kill();
    throw error;
  }
  return {
    addresses: [{ url: platform.url, environment: { WAYBILL_DATA_DIR: folder } }],
    stop: async () => [await platform.end('SIGTERM')],
    kill,
    output: () => platform.output,
  };
};
