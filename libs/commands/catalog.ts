// Generated from the files of catalog/ by `npm run generate`; never edited.
import type { Command } from './command.ts';

/** Every command of circusd and circusctl, sorted by name. */
export const catalog: readonly Command[] = [];
