/** What users look for: the rows of the manual's tables and of the original's last release, by name. */
import { watcherFamilies } from '#libs/config';

/** Names by where they are documented: `5.3.1` of the manual, or the original's last release. */
export type Documented = Readonly<Record<'manual' | 'lastRelease', readonly string[]>>;

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Every member of a family: `rlimit_as` and so on for `rlimit_LIMIT`. */
export function familyMembers(spelling: string): string[] {
  const family = watcherFamilies.find((one) => one.spelling === spelling);
  if (family === undefined) throw new Error(`there is no family ${spelling}`);
  return Object.keys(family.members).map((member) => spelling.replace(/[A-Z]+$/, member));
}

/** `[circus]`. */
export const circusRows: Documented = {
  manual: words(`
    endpoint pubsub_endpoint stats_endpoint check_delay include include_dir stream_backend
    warmup_delay httpd httpd_host httpd_port debug`),
  lastRelease: words(`
    endpoint_owner statsd multicast_endpoint statsd_close_outputs httpd_close_outputs debug_gc
    pidfile umask loglevel logoutput loggerconfig fqdn_prefix`),
};

/** `[watcher:NAME]`; `NAME` is the name itself, `free-form` whatever circusd does not know. */
export const watcherRows: Documented = {
  manual: [
    ...words(`
      NAME cmd args shell working_dir uid gid env copy_env copy_path warmup_delay numprocesses
      send_hup max_retry priority singleton use_sockets max_age max_age_variance`),
    ...['rlimit_LIMIT', 'stderr_stream.KEY', 'stdout_stream.KEY'].flatMap(familyMembers),
  ],
  lastRelease: [
    ...words(`
      executable shell_args autostart respawn stop_children on_demand stop_signal graceful_timeout
      stream_backend virtualenv virtualenv_py_ver stdin_socket close_child_stdin close_child_stdout
      close_child_stderr check_flapping flapping_attempts flapping_window retry_in free-form`),
    ...familyMembers('hooks.NAME'),
  ],
};

/** `[plugin:NAME]`. */
export const pluginRows: Documented = { manual: ['use', 'anything else'], lastRelease: [] };

/** `[socket:NAME]`. */
export const socketRows: Documented = {
  manual: words('host port family type'),
  lastRelease: words('proto backlog path umask replace interface so_reuseport blocking'),
};

/** `[env]` and `[env:PATTERNS]`, and the forms of variables. */
export const variableRows: Documented = {
  manual: [
    '$WID',
    '$(circus.wid)',
    '$(CIRCUS.ENV.NAME)',
    '$(WID)',
    '$(ENV.NAME)',
    `\${socket:NAME}`,
  ],
  lastRelease: [
    '[env]',
    '[env:PATTERNS]',
    '((circus.env.NAME))',
    '$(circus.sockets.NAME)',
    `\${circus.sockets.NAME}`,
    '$(circus.OPTION)',
    'an unknown variable',
    '$NAME in [env]',
    '$(circus.env.NAME) in any option',
  ],
};

/** What `set` and `add` take. */
export const setRows: Documented = {
  manual: words(`
    numprocesses warmup_delay working_dir cmd args env shell uid gid send_hup max_retry priority
    max_age max_age_variance singleton rlimit_LIMIT flapping_attempts flapping_window`),
  lastRelease: words(`
    stop_children stop_signal graceful_timeout stdout_stream.KEY stderr_stream.KEY stdout_stream
    stderr_stream hooks hooks.NAME retry_in respawn copy_env close_child_stdin close_child_stdout
    close_child_stderr`),
};

/** Commands. */
export const commandRows: Documented = {
  manual: words(`
    add decr dstats get globaloptions incr list listen listsockets numprocesses numwatchers options
    quit reload restart rm set signal start stats status stop`),
  lastRelease: words('ipython kill reloadconfig'),
};

/** Classes of `stdout_stream` and `stderr_stream`. */
export const streamClassRows: Documented = {
  manual: words('FileStream QueueStream StdoutStream'),
  lastRelease: words('WatchedFileStream TimedRotatingFileStream FancyStdoutStream'),
};
