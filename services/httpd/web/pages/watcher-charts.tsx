import { useEffect, useState } from 'preact/hooks';
import type { Sample } from '../../console-state.ts';
import { get } from '../api.ts';
import { formatBytes, formatPercent } from '../format.ts';
import { Chart } from '../parts/chart.tsx';
import { Icon } from '../parts/icon.tsx';

const spans = [
  { label: '5 min', seconds: 300, everyMs: 1000 },
  { label: '1 h', seconds: 3600, everyMs: 10_000 },
  { label: '24 h', seconds: 86_400, everyMs: 60_000 },
] as const;

/** CPU and memory of a watcher, or of one of its processes. */
export function WatcherCharts({
  name,
  pid,
}: {
  readonly name: string;
  readonly pid: number | undefined;
}) {
  const [span, setSpan] = useState<(typeof spans)[number]>(spans[0]);
  const [isPaused, setPaused] = useState(false);
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    if (isPaused) return;
    const load = async () => {
      const query = new URLSearchParams({ watcher: name, seconds: String(span.seconds) });
      if (pid !== undefined) query.set('pid', String(pid));
      setSamples(await get<Sample[]>(`api/history?${query}`));
    };
    void load().catch(() => {});
    const timer = setInterval(() => void load().catch(() => {}), span.everyMs);
    return () => clearInterval(timer);
  }, [name, pid, span, isPaused]);
  return (
    <section class="panel">
      <div class="toolbar">
        <h2>{pid === undefined ? 'CPU and memory' : `CPU and memory of ${pid}`}</h2>
        <fieldset class="segments" aria-label="How far back">
          {spans.map((one) => (
            <button
              key={one.label}
              type="button"
              aria-pressed={one === span}
              onClick={() => setSpan(one)}
            >
              {one.label}
            </button>
          ))}
        </fieldset>
        <button type="button" aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
          <Icon name={isPaused ? 'start' : 'pause'} />
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      </div>
      {samples.length === 0 && <p class="empty">No figures yet.</p>}
      <div class="charts">
        <Chart title="CPU" samples={samples} column={1} format={formatPercent} />
        <Chart title="Memory" samples={samples} column={2} format={formatBytes} />
      </div>
    </section>
  );
}
