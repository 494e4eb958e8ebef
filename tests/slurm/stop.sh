#!/usr/bin/env bash
# End what start.sh DIR started, and nothing else. Safe to call at any time.
set -uo pipefail

[ $# -eq 1 ] || { echo "usage: stop.sh DIR" >&2; exit 2; }
. "$(dirname "${BASH_SOURCE[0]}")/processes.sh"
dir=$(cd "$1" 2>/dev/null && pwd -P) || exit 0
export PATH="/usr/sbin:/sbin:$PATH" SLURM_CONF="$dir/slurm.conf"

end() { # end PID START
  local i
  alive "$1" "$2" && kill -TERM "$1"
  for ((i = 0; i < 200; i++)); do
    alive "$1" "$2" || return 0
    sleep 0.05
  done
  kill -KILL "$1"
}

# Jobs first: a step outlives its node's daemon.
if [ -s "$dir/processes" ] && timeout 5 scontrol ping 2>/dev/null | grep -q "is UP"; then
  jobs=$(timeout 10 squeue --noheader --format %A)
  # shellcheck disable=SC2086
  [ -z "$jobs" ] || timeout 10 scancel --signal=KILL --full $jobs
  # shellcheck disable=SC2086
  [ -z "$jobs" ] || timeout 10 scancel $jobs
  for ((i = 0; i < 100; i++)); do
    [ -n "$(timeout 5 squeue --noheader)" ] || break
    sleep 0.2
  done
fi
if [ -s "$dir/processes" ]; then
  while read -r _ pid start; do end "$pid" "$start"; done < <(tac "$dir/processes")
fi
# Without cgroups a node that was set down leaves processes of its jobs behind.
for process in /proc/[0-9]*; do
  settings=$(cat "$process/environ" 2>/dev/null | tr '\0' '\n')
  grep -qx "SLURM_CONF=$SLURM_CONF" <<<"$settings" || continue
  grep -q "^SLURM_JOB_ID=" <<<"$settings" || [[ $(readlink "$process/exe") == */slurmstepd* ]] || continue
  kill -KILL "${process#/proc/}"
done
[ "$(readlink /etc/slurm/slurm.conf)" != "$SLURM_CONF" ] || rm /etc/slurm/slurm.conf
rm -f "$dir/processes"
