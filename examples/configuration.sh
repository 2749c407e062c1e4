# A worker that greets, and takes its leave when it is asked to end.
#
#   sh configuration.sh <wid> <greeting>
trap 'echo "goodbye from myprogram number $1"; exit 0' TERM
echo "$2 from myprogram number $1"
while :; do
  sleep 1000000 &
  wait
done
