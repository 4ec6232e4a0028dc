import { startPublisher, type PublisherOptions, type SyntheticPublisher } from '#testing';

/** OBS's first pause before it connects again. */
const RETRY_MS = 2_000;

/** A publisher that comes back whenever its connection ends, as OBS does. */
export interface SteadyPublisher {
  /** Away for `ms`: its cable is pulled, and put back. */
  away(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** Publishes until stopped. */
export function startSteadyPublisher(options: PublisherOptions): SteadyPublisher {
  let stopped = false;
  let back: Promise<void> | undefined;
  let current: SyntheticPublisher = startPublisher(options);
  const running = (async () => {
    while (!stopped) {
      await current.exited;
      if (stopped) return;
      await (back ?? pause(RETRY_MS));
      if (!stopped) current = startPublisher(options);
    }
  })();
  return {
    async away(ms) {
      back = pause(ms);
      await current.kill();
      await back;
      back = undefined;
    },
    async stop() {
      stopped = true;
      await current.kill();
      await running;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
