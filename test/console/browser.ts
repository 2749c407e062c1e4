/** Debian's chromium, driven by playwright-core. */
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { hasComponent, isReadable } from '../system/daemon.ts';

const program = '/usr/bin/chromium';

/** A size and a theme that pages are looked at in. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly theme: 'light' | 'dark';
}

export const desktop: Look = { width: 1280, height: 800, theme: 'light' };
export const phone: Look = { width: 390, height: 844, theme: 'light' };

/** A browser without windows. The caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'],
  });
}

/** A browser that ends with the test; undefined: there is none, and the test is skipped. */
export async function openBrowser(t: TestContext): Promise<Browser | undefined> {
  if (!hasComponent(t, 'chromium', isReadable(program))) return undefined;
  const browser = await launchBrowser();
  t.after(() => browser.close());
  return browser;
}

/** A visitor of their own: cookies are shared with nobody. */
export async function visitor(browser: Browser, look: Look = desktop): Promise<BrowserContext> {
  const { width, height, theme } = look;
  return await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    hasTouch: width < 600,
  });
}

/** What a page writes to the browser's console as a fault; a page that works writes nothing. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return faults;
}
