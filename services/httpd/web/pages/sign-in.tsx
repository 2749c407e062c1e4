import { useEffect, useState } from 'preact/hooks';
import type { SessionInfo } from '../../console-state.ts';
import { get, post, useSession } from '../api.ts';
import { Icon } from '../parts/icon.tsx';
import { session } from '../store.ts';

function enter(info: SessionInfo): void {
  useSession(info);
  session.value = info;
}

/** Takes the session of before, or the one-time link of the address. */
export async function resume(): Promise<void> {
  const [, secret] = /^#sign-in=(.+)$/.exec(location.hash) ?? [];
  if (secret !== undefined) history.replaceState(null, '', location.pathname + location.search);
  try {
    enter(await get<SessionInfo>('api/session'));
  } catch {
    if (secret === undefined) session.value = null;
    else
      await post<SessionInfo>('api/session', { link: secret }).then(enter, () => {
        session.value = null;
      });
  }
}

export function SignIn() {
  const [hasPasswords, setPasswords] = useState<boolean>();
  const [refusal, setRefusal] = useState('');
  useEffect(() => {
    get<{ passwords: boolean }>('api/sign-in')
      .then(({ passwords }) => setPasswords(passwords))
      .catch((error: Error) => setRefusal(error.message));
  }, []);
  const send = async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    try {
      enter(
        await post<SessionInfo>('api/session', {
          user: fields.get('user'),
          password: fields.get('password'),
        }),
      );
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <main class="sign-in">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          void send(event.currentTarget);
        }}
      >
        <h1>
          <img src="assets/icon.svg" alt="" /> Circus
        </h1>
        {hasPasswords === false && (
          <p>
            Nobody has a password here yet. Open the link that circushttpd printed when it started
            (in the output of circusd), or make a users file with <code>circushttpd user add</code>.
          </p>
        )}
        {hasPasswords === true && (
          <>
            <label class="field">
              <span>User</span>
              <input name="user" autocomplete="username" required />
            </label>
            <label class="field">
              <span>Password</span>
              <input name="password" type="password" autocomplete="current-password" required />
            </label>
            <button type="submit" class="primary">
              Sign in
            </button>
          </>
        )}
        {refusal !== '' && (
          <p class="notice bad" role="alert">
            <Icon name="warning" />
            {refusal}
          </p>
        )}
      </form>
    </main>
  );
}
