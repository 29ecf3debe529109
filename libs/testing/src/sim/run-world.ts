/** Runs the world of a seed to its end. A rejection that nobody handles belongs to the world that runs just then. */
import { noBug, plantedBugs, type BugName } from './planted-bugs.ts';
import { World } from './world.ts';

export async function runWorld(seed: number, bug?: BugName): Promise<World> {
  const world = new World(seed, bug === undefined ? noBug : plantedBugs[bug]);
  const onUnhandled = (error: unknown): void => world.watch.onUnhandled(error);
  process.on('unhandledRejection', onUnhandled);
  try {
    await world.run();
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
  return world;
}

/** As `runWorld`, and once more: the history has to be the same to the letter. */
export async function runWorldTwice(seed: number, bug?: BugName): Promise<World> {
  const world = await runWorld(seed, bug);
  const again = await runWorld(seed, bug);
  if (again.history.hash() !== world.history.hash()) {
    world.watch.report('The same seed gives the same history.', {
      detail: 'Its history was another one the second time',
    });
  }
  return world;
}
