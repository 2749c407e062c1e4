/** What signals mean to circusd (protocol 7.11, design). */
import type { Arbiter } from '#libs/arbiter';
import type { Logger } from '#libs/logging';

/** The first ends everything gracefully, a second one at once. */
const endingSignals = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/**
 * A terminal sends Ctrl-C to all programs in its foreground, and npm, make and others pass theirs on
 * besides: what follows a SIGINT so closely is the same key press. Milliseconds.
 */
const keyPressMs = 200;

/** How long a new program has to show that it can take over. */
const upgradePatienceSeconds = 10;

/** Node opens its debugger on SIGUSR1 unless somebody listens: to be called before anything else. */
export function claimSignals(): void {
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGPIPE'] as const) {
    process.on(signal, () => undefined);
  }
}

/** Connects signals with the arbiter. */
export function handleSignals(arbiter: Arbiter, log: Logger): void {
  let endings = 0;
  let lastInterrupt = Number.NEGATIVE_INFINITY;
  for (const signal of endingSignals) {
    process.on(signal, () => {
      if (signal === 'SIGINT') {
        const isEcho = performance.now() - lastInterrupt < keyPressMs;
        lastInterrupt = performance.now();
        if (isEcho) return;
      }
      endings += 1;
      log.info(endings === 1 ? `Got signal ${signal}` : `Got signal ${signal} again: killing all`);
      arbiter.quit({ atOnce: endings > 1 }).done.catch(() => undefined);
    });
  }
  process.on('SIGHUP', () => {
    log.info('Got signal SIGHUP: reloading all watchers');
    try {
      const how = { graceful: true, sequential: false };
      arbiter.reload({ kind: 'all' }, how).done.catch((error: Error) => {
        log.error(`reload has failed: ${error.message}`);
      });
    } catch (error) {
      log.warn(`not reloaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  process.on('SIGUSR2', () => {
    log.info('Got signal SIGUSR2: upgrading');
    // It is logged where it is found out.
    arbiter.upgrade({ patience: upgradePatienceSeconds }).catch(() => undefined);
  });
  process.on('SIGUSR1', () => {
    log.reopen();
    arbiter.reopenLogs();
  });
}
