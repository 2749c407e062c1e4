/**
 * Who may do what: every request passes here before its route. Three things are asked: was it sent
 * to a name of ours, by a page of ours, for somebody who is signed in.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../console-state.ts';
import { AccessError } from './access-error.ts';
import type { Hosts } from './hosts.ts';
import { LoginLimiter } from './login-limiter.ts';
import type { OneTimeLink } from './one-time-link.ts';
import type { Session, Sessions } from './sessions.ts';
import type { User, UsersFile } from './users-file.ts';

/** Set by the guard on each request of somebody who is signed in. */
export interface Visitor {
  readonly user: string;
  readonly role: Role;
  /** Absent for a program that sends name and password with each request. */
  readonly session?: Session;
}

/** So many programs' passwords are remembered: checking one is slow on purpose. */
const trustedCount = 100;

export interface GuardSettings {
  readonly hosts: Hosts;
  readonly sessions: Sessions;
  /** Absent: nobody has a password, and one may sign in by the link. */
  readonly users?: UsersFile;
  readonly link?: OneTimeLink;
  /** Cookies belong to this path, */
  readonly basePath: string;
  /** and to this name: browsers do not tell two ports of a host apart. */
  readonly cookieName: string;
}

export class Guard {
  readonly #settings: GuardSettings;
  readonly #limiter = new LoginLimiter();
  /** Users by the credentials that were right, with the hash that they were right for. */
  readonly #trusted = new Map<string, User>();

  constructor(settings: GuardSettings) {
    this.#settings = settings;
  }

  get hasUsers(): boolean {
    return this.#settings.users !== undefined;
  }

  /** For every request. @throws AccessError it came by a foreign name or from a foreign page */
  checkSource(request: FastifyRequest): void {
    const { host, origin, upgrade } = request.headers;
    const { hosts } = this.#settings;
    if (!hosts.isKnown(host)) {
      throw new AccessError(
        421,
        'unknown_host',
        `this console is not called '${host ?? ''}'; --allowed-host adds a name`,
      );
    }
    const isReading = ['GET', 'HEAD'].includes(request.method) && upgrade === undefined;
    if (isReading) return;
    const isForeign = origin !== undefined ? !hosts.isOwn(origin, host) : upgrade !== undefined;
    if (isForeign || request.headers['sec-fetch-site'] === 'cross-site') {
      throw new AccessError(403, 'foreign_origin', 'only pages of this console may do that');
    }
  }

  /** @throws AccessError nobody is signed in, or the request lacks the session's token */
  async requireVisitor(request: FastifyRequest, reply: FastifyReply): Promise<Visitor> {
    const visitor =
      (await this.#visitorBySession(request, reply)) ?? (await this.#byPassword(request));
    if (visitor === undefined) {
      throw new AccessError(401, 'not_signed_in', 'sign in first');
    }
    return visitor;
  }

  /** Whether who opened this connection is still allowed in; for one that stays open. */
  isSignedIn(request: FastifyRequest): boolean {
    const { sessions, cookieName } = this.#settings;
    const session = sessions.read(request.cookies[cookieName]);
    return session !== undefined && this.#roleNow(session) !== undefined;
  }

  /** @throws AccessError name or password are wrong, or there were too many tries */
  async signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    name: string,
    password: string,
  ): Promise<Visitor> {
    const { users, sessions } = this.#settings;
    if (users === undefined) {
      throw new AccessError(403, 'no_passwords', 'sign in with the link that circushttpd printed');
    }
    const user = await this.#limited(request.ip, name, () => users.check(name, password));
    return this.#enter(request, reply, sessions.open(user.name, user.role));
  }

  /** @throws AccessError the link was used before, or is of another start of circushttpd */
  async signInByLink(
    request: FastifyRequest,
    reply: FastifyReply,
    secret: string,
  ): Promise<Visitor> {
    const { link, sessions } = this.#settings;
    await this.#limited(request.ip, 'link', async () => (link?.redeem(secret) ? true : undefined));
    return this.#enter(request, reply, sessions.open(linkUser, 'admin'));
  }

  signOut(reply: FastifyReply, { session }: Visitor): void {
    if (session !== undefined) this.#settings.sessions.end(session.id);
    const { cookieName, basePath } = this.#settings;
    reply.clearCookie(cookieName, { path: basePath });
  }

  #enter(request: FastifyRequest, reply: FastifyReply, cookie: string): Visitor {
    const session = this.#settings.sessions.read(cookie);
    if (session === undefined) throw new Error('a fresh session is not valid');
    this.#setCookie(request, reply, cookie);
    return { user: session.user, role: session.role, session };
  }

  async #visitorBySession(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Visitor | undefined> {
    const { sessions, cookieName } = this.#settings;
    const session = sessions.read(request.cookies[cookieName]);
    if (session === undefined) return undefined;
    const role = this.#roleNow(session);
    if (role === undefined) return undefined;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      if (!sessions.isToken(session, request.headers['x-csrf-token'])) {
        throw new AccessError(403, 'no_token', 'the header x-csrf-token is missing or wrong');
      }
    }
    if (session.renewal !== undefined) this.#setCookie(request, reply, session.renewal);
    return { user: session.user, role, session };
  }

  /** A user who was removed or given another role is so at once. */
  #roleNow({ user, role }: Session): Role | undefined {
    const { users } = this.#settings;
    return users === undefined ? role : users.find(user)?.role;
  }

  /** HTTP basic authentication, for programs. */
  async #byPassword(request: FastifyRequest): Promise<Visitor | undefined> {
    const { users } = this.#settings;
    const { authorization } = request.headers;
    const [, encoded] = /^Basic (.+)$/i.exec(authorization ?? '') ?? [];
    if (users === undefined || encoded === undefined) return undefined;
    const known = this.#trusted.get(encoded);
    const still = known === undefined ? undefined : users.find(known.name);
    if (still !== undefined && still.hash === known?.hash) {
      return { user: still.name, role: still.role };
    }
    const [name = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
    const user = await this.#limited(request.ip, name, () => users.check(name, password.join(':')));
    if (this.#trusted.size >= trustedCount) this.#trusted.clear();
    this.#trusted.set(encoded, user);
    return { user: user.name, role: user.role };
  }

  async #limited<T>(ip: string, name: string, check: () => Promise<T | undefined>): Promise<T> {
    const keys = [`address ${ip}`, `user ${name}`];
    const waitS = this.#limiter.waitS(...keys);
    if (waitS > 0) {
      throw new AccessError(429, 'too_many_tries', `too many failed tries: wait ${waitS} s`);
    }
    const found = await check();
    if (found !== undefined) return found;
    this.#limiter.fail(...keys);
    throw new AccessError(401, 'wrong_password', 'wrong name, password or link');
  }

  #setCookie(request: FastifyRequest, reply: FastifyReply, cookie: string): void {
    const { cookieName, basePath: path } = this.#settings;
    const secure = request.protocol === 'https';
    reply.setCookie(cookieName, cookie, { path, httpOnly: true, sameSite: 'strict', secure });
  }
}

/** Who signed in by the link. */
const linkUser = 'operator';
