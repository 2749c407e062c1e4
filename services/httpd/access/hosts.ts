/** Which names a request may call this server by: the answer to DNS rebinding. */

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** Checks the headers Host and Origin. */
export class Hosts {
  readonly #names: ReadonlySet<string>;

  /** `bound`: the address listened on; `allowed`: further names, as a proxy is called. */
  constructor(bound: string, allowed: readonly string[]) {
    const names = [...loopbackNames, ...allowed];
    if (bound !== '0.0.0.0' && bound !== '::')
      names.push(bound.includes(':') ? `[${bound}]` : bound);
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  /** `host`: the header, with or without port. */
  isKnown(host: string | undefined): boolean {
    return host !== undefined && this.#names.has(nameOf(host));
  }

  /** Whether a page of this server sent the request: an Origin that is the Host it came to. */
  isOwn(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || host === undefined) return false;
    try {
      return new URL(origin).host === host.toLowerCase();
    } catch {
      return false;
    }
  }
}

function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}
