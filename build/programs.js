/** What users import: bundle name in dist/, and its source. */
export const modules = {
  index: 'libs/library/index.ts',
  plugin: 'libs/plugin/exports.ts',
};

/** The programs of the package: bundle name in dist/, and the service that it runs. */
export const programs = {
  circusd: 'services/circusd/main.ts',
  circushttpd: 'services/httpd/main.ts',
  circusctl: 'services/circusctl/main.ts',
  'circus-plugin': 'services/plugin-runner/main.ts',
  'hook-host': 'services/hook-host/main.ts',
  'circus-top': 'services/top/main.ts',
  'circusd-stats': 'services/stats/main.ts',
  'stream-host': 'services/stream-host/main.ts',
};
