import { useEffect, useState } from 'preact/hooks';
import { get, run } from '../api.ts';
import { confirmed } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { told } from '../parts/toasts.tsx';
import { daemon, isAdmin } from '../store.ts';
import { Plan } from './plan.tsx';

/** The file and what runs: checked, compared, and applied. */
export function Configuration() {
  const [plan, setPlan] = useState<Record<string, unknown>>();
  const [refusal, setRefusal] = useState('');
  const [globals, setGlobals] = useState<Record<string, unknown>>({});
  useEffect(() => {
    get<{ options: Record<string, unknown> }>('api/commands/globaloptions')
      .then(({ options }) => setGlobals(options))
      .catch((error: Error) => setRefusal(error.message));
  }, []);
  const check = async () => {
    setPlan(undefined);
    setRefusal('');
    try {
      setPlan(await run('reloadconfig', { dry_run: true }));
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    }
  };
  const apply = async () => {
    const text = 'Watchers that the plan names are added, removed or restarted.';
    if (!(await confirmed('Apply the configuration?', text, 'Apply'))) return;
    const applied = await told('Apply the configuration', () =>
      run('reloadconfig', { waiting: true }),
    );
    if (applied !== undefined) await check();
  };
  return (
    <>
      <header class="page-head">
        <h1>Configuration</h1>
      </header>
      <section class="panel">
        <div class="toolbar">
          <h2>The file against what runs</h2>
          {isAdmin.value && (
            <>
              <button type="button" class="primary" onClick={() => void check()}>
                <Icon name="check" />
                Check the file
              </button>
              {plan !== undefined && (
                <button type="button" onClick={() => void apply()}>
                  Apply
                </button>
              )}
            </>
          )}
        </div>
        {refusal !== '' && (
          <pre class="notice bad" role="alert">
            {refusal}
          </pre>
        )}
        {plan === undefined && refusal === '' && (
          <p class="empty">
            {isAdmin.value
              ? 'Check reads the configuration file again and says what applying it would do. Nothing changes by it.'
              : 'Only an admin may check and apply the configuration.'}
          </p>
        )}
        {plan !== undefined && <Plan plan={plan} />}
      </section>
      <section class="panel">
        <div class="toolbar">
          <h2>circusd</h2>
        </div>
        <table class="rows options" aria-label="Options of circusd">
          <tbody>
            <tr>
              <td class="name">version</td>
              <td>
                <code>{daemon.value?.version}</code>
              </td>
            </tr>
            <tr>
              <td class="name">pid</td>
              <td>
                <code>{daemon.value?.pid}</code>
              </td>
            </tr>
            {Object.entries(globals).map(([name, value]) => (
              <tr key={name}>
                <td class="name">{name}</td>
                <td>
                  <code>{JSON.stringify(value)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
