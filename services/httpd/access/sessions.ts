/**
 * Who is signed in: a signed cookie that says so, so that a restart of circushttpd signs nobody
 * out. The key is in a file of the owner's.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role, SessionInfo } from '../console-state.ts';

/** Without use for so long, a session ends. */
const idleS = 12 * 3600;
/** Renewed when it was last signed so long ago. */
const renewS = 600;

interface Claims {
  readonly id: string;
  readonly user: string;
  readonly role: Role;
  /** Epoch seconds. */
  readonly signed: number;
}

/** A request's session. */
export interface Session extends SessionInfo {
  readonly id: string;
  /** A cookie to replace the one that came, when that is due. */
  readonly renewal: string | undefined;
}

/** Makes and checks session cookies. */
export class Sessions {
  readonly #key: Buffer;
  readonly #now: () => number;
  /** Signed out before their time, until they would have ended anyway. */
  readonly #ended = new Map<string, number>();

  /** `now`: epoch seconds. */
  constructor(key: Buffer, now: () => number = () => Date.now() / 1000) {
    this.#key = key;
    this.#now = now;
  }

  /** The cookie of a new session. */
  open(user: string, role: Role): string {
    const id = randomBytes(16).toString('base64url');
    return this.#sign({ id, user, role, signed: this.#now() });
  }

  /** The session of a cookie; undefined when it is forged, over, or was signed out. */
  read(cookie: string | undefined): Session | undefined {
    const claims = this.#verify(cookie);
    if (claims === undefined || this.#ended.has(claims.id)) return undefined;
    const age = this.#now() - claims.signed;
    if (age > idleS || age < -idleS) return undefined;
    const { id, user, role } = claims;
    const renewal = age > renewS ? this.#sign({ ...claims, signed: this.#now() }) : undefined;
    return { id, user, role, csrf: this.#mac(`csrf ${id}`), renewal };
  }

  /** Signs out. */
  end(id: string): void {
    const now = this.#now();
    for (const [old, until] of this.#ended) if (until < now) this.#ended.delete(old);
    this.#ended.set(id, now + idleS);
  }

  /** Whether it is the token of that session; in constant time. */
  isToken({ csrf }: Session, token: unknown): boolean {
    return typeof token === 'string' && isSame(csrf, token);
  }

  #sign(claims: Claims): string {
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
    return `${body}.${this.#mac(`session ${body}`)}`;
  }

  #verify(cookie: string | undefined): Claims | undefined {
    const [body = '', mac = ''] = cookie?.split('.') ?? [];
    if (body === '' || !isSame(this.#mac(`session ${body}`), mac)) return undefined;
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
