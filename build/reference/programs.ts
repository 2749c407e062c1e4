// Generated from services/*/manual.ts by `npm run generate`; never edited.
import { manual as circusctl } from '../../services/circusctl/manual.ts';
import { manual as circusd } from '../../services/circusd/manual.ts';
import { manual as httpd } from '../../services/httpd/manual.ts';
import { manual as pluginRunner } from '../../services/plugin-runner/manual.ts';
import { manual as stats } from '../../services/stats/manual.ts';
import { manual as top } from '../../services/top/manual.ts';
import type { ProgramManual } from './program-manual.ts';

/** The manual of every program, given the version of the package. */
export const manuals: Readonly<Record<string, (version: string) => ProgramManual>> = {
  circusctl,
  circusd,
  httpd,
  pluginRunner,
  stats,
  top,
};
