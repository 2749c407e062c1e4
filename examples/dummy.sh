# A worker with nothing to do: says what it was given to say, if anything, and waits.
#
#   sh dummy.sh [word]...
if [ $# -gt 0 ]; then echo "$*"; fi

# exec: the process that circusd started is the one that sleeps, so what ends it ends all of it.
exec sleep 1000000
