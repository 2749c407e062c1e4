/** What plugins have in common that look at something every few seconds and tell statsd of it. */
import { defineOptions, type OptionTable, type OptionValues } from '#libs/options';
import { CircusPlugin, type PluginContext } from '#libs/plugin';
import { messageOf } from '#libs/protocol';
import { Loop, loopRate } from './loop.ts';
import { Metrics, statsdOptions } from './metrics.ts';

/** Options of every observer: those of statsd, and how often it looks. */
export const observerOptions = defineOptions([...statsdOptions, loopRate(60)]);

/** Needs no events. A look that fails is logged, and the next one follows. */
export abstract class Observer<T extends OptionTable> extends CircusPlugin {
  /** Of the table. */
  protected readonly values: OptionValues<T>;
  protected readonly metrics: Metrics;
  readonly #loop: Loop;

  /** `table` begins with `observerOptions`. */
  constructor(context: PluginContext, table: T) {
    super(context);
    this.values = this.read_options(table);
    const common = this.read_options(observerOptions);
    this.metrics = new Metrics(common, (text) => this.log.warn(text));
    this.#loop = new Loop(common.loop_rate, () => this.#look());
  }

  /** Called every `loop_rate` seconds. */
  abstract look_after(): Promise<void>;

  override handle_init(): void {
    this.#loop.start();
  }

  override handle_recv(): void {}

  override async handle_stop(): Promise<void> {
    this.#loop.stop();
    await this.metrics.close();
  }

  async #look(): Promise<void> {
    try {
      await this.look_after();
    } catch (error) {
      this.log.error(`look_after has failed: ${messageOf(error)}`);
    }
  }
}
