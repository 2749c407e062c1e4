import { defineCommand } from '../define-command.ts';
import { printPlan } from '../print-plan.ts';

/** Manual 5.5, protocol 7.9. */
export const reloadconfig = defineCommand({
  name: 'reloadconfig',
  summary: 'Read the configuration again and change what it has changed',
  description: `Reads the configuration file and all that it includes again. New watchers are added and
started, those that are gone are stopped and removed, those added by command too. A watcher whose
options have changed is reloaded gracefully, or only adjusted where its processes need not know.
Everything else stays as it is: what was set at run time holds unless the files change that option.

A file with a fault changes nothing; all faults are told. --dry-run changes nothing either.

The reply's \`plan\` has the watchers \`added\`, \`removed\`, \`kept\` and \`changed\`, with every option's
value before and after, and the same of \`sockets\`.`,
  manual: '-',
  properties: {
    dry_run: { kind: 'boolean', default: false, doc: 'Only tell what would be done.' },
  },
  canWait: true,
  settlesIn: 'settled',
  usage: '',
  flags: [{ spelling: '--dry-run', doc: 'Only tell what would be done' }],
  examples: ['circusctl reloadconfig --dry-run', 'circusctl reloadconfig --waiting'],
  execute: (controller, { dry_run }) => controller.reloadConfig({ dryRun: dry_run }),
  toProperties: ({ flags }) => (flags['dryRun'] === true ? { dry_run: true } : {}),
  print: ({ plan }) => printPlan(plan),
  form: { label: 'Reload the configuration', asks: ['dry_run'] },
});
