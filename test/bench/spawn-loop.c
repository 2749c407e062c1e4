/* What starting a process costs without any supervisor: posix_spawn in a loop.
 *
 *   spawn-loop <count> <program> <argument>...    prints the milliseconds that it took
 *
 * As circusd does it: each process leads a session of its own and has default signals. */
#define _GNU_SOURCE
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  int count = argc > 2 ? atoi(argv[1]) : 0;
  pid_t *pids = calloc(count, sizeof *pids);
  posix_spawnattr_t attributes;
  sigset_t all;
  int started = 0;
  sigfillset(&all);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  double start = now_ms();
  while (started < count) {
    if (posix_spawnp(&pids[started], argv[2], NULL, &attributes, argv + 2, environ) != 0) break;
    started += 1;
  }
  double took = now_ms() - start;
  for (int index = 0; index < started; index += 1) kill(pids[index], SIGKILL);
  for (int index = 0; index < started; index += 1) waitpid(pids[index], NULL, 0);
  if (started < count || count == 0) return 1;
  printf("%.3f\n", took);
  return 0;
}
