/** Real configurations to spoil: the examples, the manual's, and one that says everything. */
import { readFileSync } from 'node:fs';
import { hookNames, rlimitNames } from '#libs/config';

const example = (name: string): string => readFileSync(`examples/${name}`, 'utf8');

/** The manual's own example (5.3). */
const manual = `[circus]
check_delay = 5
endpoint = tcp://127.0.0.1:5555
pubsub_endpoint = tcp://127.0.0.1:5556
include = more/*.ini other.ini

[watcher:myprogram]
cmd = python
args = -u myprogram.py $(WID) $(ENV.VAR)
warmup_delay = 0
numprocesses = 5

# will push in test.log the stream every 300 ms
stdout_stream.class = FileStream
stdout_stream.filename = test.log
stdout_stream.refresh_time = 0.3

[plugin:statsd]
use = circus.plugins._statsd.StatsdEmitter
host = localhost
port = 8125
sample_rate = 1.0
application_name = example

[socket:web]
host = localhost
port = 8080
`;

const everything = `[circus]
endpoint = ipc:///tmp/circus-control
endpoint_owner = root
pubsub_endpoint = tcp://127.0.0.1:5556
stats_endpoint = tcp://127.0.0.1:5557
statsd = on
multicast_endpoint = udp://237.219.251.97:12027
check_delay = .5
stream_backend = thread
warmup_delay = 0.5
httpd = no
httpd_host = localhost
httpd_port = 8080
statsd_close_outputs = yes
httpd_close_outputs = 0
debug = false
debug_gc = false
pidfile = /run/circusd.pid
umask = 022
loglevel = DEBUG
logoutput = syslog://localhost:514?user
fqdn_prefix = node

[env]
COMMON = $HOME/bin:$PATH

[env:web*, [!a]b]
A = "quoted"
PORT = 80$(circus.env.X)

[watcher:Web Server]
cmd = sh -c 'exec sleep 600'
args = $(circus.wid) ((circus.env.A)) \${socket:web} $WID
numprocesses = 3
warmup_delay = 0.25
executable = /bin/sleep
working_dir = /tmp
shell = True
shell_args = a 'b c'
uid = root
gid = 0
copy_env = True
copy_path = True
env = A=1,B=two words
autostart = no
respawn = off
send_hup = yes
stop_children = 1
on_demand = 0
use_sockets = True
singleton = false
stop_signal = SIGRTMIN+1
max_retry = -1
graceful_timeout = 2.5
priority = -3
max_age = 100
max_age_variance = 10
stdin_socket = web
close_child_stdin = yes
close_child_stdout = no
close_child_stderr = no
virtualenv = /opt/env
virtualenv_py_ver = 3.11
umask = 0077
nice = -5
backoff_initial = 0.1
backoff_factor = 2
backoff_max = 30
backoff_min_life = 1
backoff_reset = 10
check_flapping = True
flapping_attempts = 2
flapping_window = 1
retry_in = 7
flapping.max_retry = 3
stderr_stream.class = TimedRotatingFileStream
stderr_stream.filename = err.log
stderr_stream.rotate_when = MIDNIGHT
stderr_stream.backup_count = 3
stdout_stream.class = FancyStdoutStream
stdout_stream.color = blue
${rlimitNames.map((name) => `rlimit_${name} = 100`).join('\n')}
${hookNames.map((name) => `hooks.${name} = some.module.call, true`).join('\n')}

[plugin:flapping]
use = circus.plugins.flapping.Flapping
window = 2
priority = 4

[socket:Web]
host = 127.0.0.1
port = 0
family = af_inet
type = SOCK_STREAM
backlog = 128
umask = 022
so_reuseport = yes
`;

const continued = `; a comment
# another
rem and a third
[watcher:a]
cmd : sh
  -c
  "exec sleep 600"
args = x;y ; not this
empty = ""
[watcher:a]
priority = 5
[watcher:b]
cmd=sleep 600
[other program]
key = value
`;

/** Files that the others include, by their path beside the main file. */
export const includedFiles: Readonly<Record<string, string>> = {
  'other.ini': '[watcher:other]\ncmd = sleep 600\n[circus]\ninclude = more/deeper.ini\n',
  'more/one.ini': '[watcher:one]\ncmd = sleep 600\n[env]\nCOMMON = not this\n',
  'more/deeper.ini': '[watcher:deep]\ncmd = sleep 600\nnumprocesses = 2\n',
};

/** Texts of main files. */
export const configurations: readonly string[] = [
  manual,
  everything,
  continued,
  example('example1.ini'),
  example('configuration.ini'),
  example('running.ini'),
];
