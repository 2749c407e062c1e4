import { randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * The secret of the link that circushttpd prints when there is no users file: whoever can read its
 * output may sign in with it, once.
 */
export class OneTimeLink {
  #secret: Buffer | undefined = randomBytes(24);

  /** What follows `#` in the link, so that no server, proxy or log ever sees it. */
  get fragment(): string {
    return `sign-in=${this.#secret?.toString('base64url') ?? ''}`;
  }

  /** True once, for the right secret. */
  redeem(secret: string): boolean {
    const given = Buffer.from(secret, 'base64url');
    const isRight =
      this.#secret !== undefined &&
      given.length === this.#secret.length &&
      timingSafeEqual(given, this.#secret);
    if (isRight) this.#secret = undefined;
    return isRight;
  }
}
