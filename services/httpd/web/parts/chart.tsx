/** A figure over time: hover shows values, and it can be held still. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Sample } from '../../console-state.ts';
import { formatClock } from '../format.ts';

const heightPx = 170;
const powersOfTwo = Array.from({ length: 40 }, (_, power) => 2 ** power);

export function Chart({
  title,
  samples,
  column,
  format,
}: {
  readonly title: string;
  readonly samples: readonly Sample[];
  readonly column: 1 | 2;
  readonly format: (value: number | null) => string;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const colour = colourOf(element, column === 1 ? '--cpu' : '--memory');
    const ink = colourOf(element, '--faint');
    const grid = { stroke: colourOf(element, '--line'), width: 1 };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: heightPx,
        cursor: { drag: { x: false, y: false } },
        scales: {
          y: {
            range: (_plot, _low, high) => [0, Math.max(high || 0, column === 1 ? 1 : 1024) * 1.15],
          },
        },
        axes: [
          {
            stroke: ink,
            grid,
            ticks: grid,
            space: 70,
            values: (_plot, ticks, _axis, _space, stepS) =>
              ticks.map((tick) => formatClock(tick, stepS < 60)),
          },
          {
            stroke: ink,
            grid,
            ticks: grid,
            size: 64,
            // steps of memory are round when they are powers of two
            ...(column === 2 ? { incrs: powersOfTwo } : {}),
            values: (_plot, ticks) => ticks.map(format),
          },
        ],
        series: [
          {
            label: 'at',
            value: (plot, value) => formatClock(value ?? plot.data[0].at(-1) ?? 0, true),
          },
          {
            label: title,
            stroke: colour,
            width: 1.5,
            points: { show: false },
            fill: `color-mix(in srgb, ${colour} 12%, transparent)`,
            // the latest, unless the pointer asks for another
            value: (plot, value, place, index) =>
              format(index === null ? (plot.data[place]?.at(-1) ?? null) : value),
          },
        ],
      },
      dataOf(samples, column),
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: heightPx }),
    );
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setData(dataOf(samples, column));
  }, [samples, column]);
  return <div class="chart" ref={place} role="img" aria-label={`${title} over time`} />;
}

function dataOf(samples: readonly Sample[], column: 1 | 2): uPlot.AlignedData {
  return [samples.map(([time]) => time), samples.map((sample) => sample[column])];
}

/** A colour as a canvas understands it: of the theme that holds now. */
function colourOf(element: HTMLElement, property: string): string {
  element.style.color = `var(${property})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}
