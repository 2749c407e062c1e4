/** A console of a real circusd with real workers, looked at by a browser. */
import type { TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Daemon, type DaemonOptions, startDaemon } from '../system/daemon.ts';
import { faultsOf, type Look, openBrowser, visitor } from './browser.ts';
import { ConsoleProgram } from './console-program.ts';

export interface LiveConsole {
  readonly daemon: Daemon;
  readonly console: ConsoleProgram;
  readonly browser: Browser;
  /** Signed in, on the overview. */
  readonly page: Page;
  /** What the page has complained of. */
  readonly faults: readonly string[];
}

/** Starts all of it; undefined: there is no browser, and the test is skipped. */
export async function startLive(
  t: TestContext,
  watchers: string,
  options: { daemon?: DaemonOptions; flags?: readonly string[]; look?: Look; port?: number } = {},
): Promise<LiveConsole | undefined> {
  const browser = await openBrowser(t);
  if (browser === undefined) return undefined;
  const daemon = await startDaemon(t, watchers, { listens: false, ...options.daemon });
  const console = await ConsoleProgram.start({
    endpoint: daemon.endpoint,
    folder: daemon.folder,
    launch: (words, env) => daemon.launch(words, env),
    ...(options.flags === undefined ? {} : { flags: options.flags }),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  const context = await visitor(browser, options.look);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults = faultsOf(page);
  await page.goto(await console.link());
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  return { daemon, console, browser, page, faults };
}
