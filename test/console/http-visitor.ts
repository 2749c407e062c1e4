/** A visitor of the console without a browser: sends what it wants, and keeps its cookie. */
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body, when it is JSON. */
  readonly body: Record<string, unknown>;
}

export class HttpVisitor {
  readonly #base: URL;
  cookie = '';
  csrf = '';

  constructor(url: string) {
    this.#base = new URL(url);
  }

  /** `headers` win; Host too may be another. */
  async ask(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    const { hostname, port, pathname } = this.#base;
    return await new Promise((resolve, reject) => {
      const sent = request(
        {
          hostname: hostname.replace(/[[\]]/g, ''),
          port,
          method,
          path: pathname + path,
          headers: {
            ...(this.cookie === '' ? {} : { cookie: this.cookie }),
            ...(this.csrf === '' ? {} : { 'x-csrf-token': this.csrf }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            'content-length': String(Buffer.byteLength(text)),
            ...headers,
          },
        },
        (reply) => {
          let received = '';
          reply.setEncoding('utf8').on('data', (part: string) => {
            received += part;
          });
          reply.on('end', () => {
            const { statusCode: status = 0, headers: told } = reply;
            resolve({ status, headers: told, text: received, body: parsed(received) });
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  /** Signs in by the link that circushttpd prints, or by name and password. */
  async signIn(by: { link: string } | { user: string; password: string }): Promise<Answer> {
    const body = 'link' in by ? { link: by.link.replace(/^.*#sign-in=/, '') } : by;
    const answer = await this.ask('POST', 'api/session', { body });
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    this.cookie = cookie.split(';')[0] ?? '';
    this.csrf = String(answer.body['csrf'] ?? '');
    return answer;
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
