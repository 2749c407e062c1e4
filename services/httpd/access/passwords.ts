/** Passwords as they stand in a users file: scrypt, with its cost and salt in front. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 2^15 * 8 * 128 = 32 MB and some 50 ms a guess. */
const cost = { N: 32_768, r: 8, p: 1 };
const keyBytes = 32;
const maxmem = 128 * 1024 * 1024;

/** `scrypt$32768$8$1$<salt>$<key>`, both in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  const { N, r, p } = cost;
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Whether it is the password of that hash; in constant time. A hash of another form matches none. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [kind, N, r, p, salt = '', key = ''] = hash.split('$');
  if (kind !== 'scrypt') return false;
  const expected = Buffer.from(key, 'base64url');
  const parameters = { N: Number(N), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, 'base64url'), parameters);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function derive(password: string, salt: Buffer, parameters: typeof cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, { ...parameters, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
