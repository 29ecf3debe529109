/** A platform as its users see it, however many processes it is: what the suites of this folder are run against. */
import { onTestFailed, onTestFinished } from 'vitest';

export interface Address {
  readonly url: string;
  /** With which the command line finds it. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface PlatformUnderTest {
  /** Every one says the same. */
  readonly addresses: readonly Address[];
  /** Politely. Answers the exit code of each process. */
  stop(): Promise<readonly (number | null)[]>;
  kill(): Promise<void>;
  /** What its processes have printed, for a test that fails. */
  output(): string;
}

/** Resolves when it does its work; when it rejects nothing of it is left. The settings are those of every process. */
export type StartPlatform = (settings: Readonly<Record<string, string>>) => Promise<PlatformUnderTest>;

/** Gone when the test ends. */
export async function startedForTest(
  start: StartPlatform,
  settings: Readonly<Record<string, string>>,
): Promise<PlatformUnderTest> {
  const platform = await start(settings);
  onTestFailed(() => console.log(platform.output()));
  onTestFinished(() => platform.kill());
  return platform;
}

/** Two addresses; a platform that has one is asked there twice. */
export function twoOf({ addresses }: PlatformUnderTest): readonly [Address, Address] {
  const [one, other = one] = addresses;
  return [one!, other!];
}
