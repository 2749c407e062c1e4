/** Which page is shown: the path below the console's base. */
import { signal } from '@preact/signals';

const base = new URL(document.baseURI).pathname;

/** Without the base and without a leading slash: `watchers/web`. */
const path = signal(currentPath());

function currentPath(): string {
  return location.pathname.startsWith(base) ? location.pathname.slice(base.length) : '';
}

/** Parts of the path, decoded. */
export function pathParts(): readonly string[] {
  return path.value.split('/').map(decodeURIComponent);
}

export function go(to: string): void {
  if (to !== path.value) history.pushState(null, '', base + to);
  path.value = to;
  document.querySelector('main')?.scrollTo(0, 0);
}

/** Links of the console change the page, not the document. */
export function followLinks(): void {
  addEventListener('popstate', () => {
    path.value = currentPath();
  });
  addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (link?.getAttribute('href')?.startsWith('#')) {
      // with a <base> such a link would lead to another page
      event.preventDefault();
      document.getElementById(link.hash.slice(1))?.focus();
      return;
    }
    if (
      link === null ||
      !isPlain ||
      link.target !== '' ||
      link.rel === 'external' ||
      link.hasAttribute('download')
    )
      return;
    if (link.origin !== location.origin || !link.pathname.startsWith(base)) return;
    event.preventDefault();
    go(link.pathname.slice(base.length));
  });
}

export function watcherPath(name: string): string {
  return `watchers/${encodeURIComponent(name)}`;
}
