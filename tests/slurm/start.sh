#!/usr/bin/env bash
# Start a real Slurm of two nodes on this machine: start.sh DIR [with|without]   (accounting)
# Everything lives below DIR. README.md tells why each setting is there; stop.sh DIR ends it.
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: start.sh DIR [with|without]" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
. "$here/processes.sh"
mkdir -p "$1"
dir=$(cd "$1" && pwd -P)
accounting=${2:-with}
port=${RECURSEQ_SLURM_PORT:-17817} # the first of four
account=lab partition=short        # what the tests ask for
export PATH="/usr/sbin:/sbin:$PATH" SLURM_CONF="$dir/slurm.conf"

give_up() {
  echo "start.sh: $1" >&2
  tail -n 15 "$dir"/log/*.log >&2 2>/dev/null || true
  "$here/stop.sh" "$dir" >/dev/null || true
  exit 1
}

refuse() { echo "start.sh: $1" >&2; exit 1; }

launch() { # launch NAME COMMAND...: in the background, its process noted for stop.sh
  local name=$1
  shift
  setsid "$@" </dev/null >>"$dir/log/$name.log" 2>&1 &
  echo "$name $! $(awk '{print $22}' "/proc/$!/stat")" >>"$dir/processes"
}

wait_for() { # wait_for SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || give_up "waited in vain for $what"
    sleep 0.1
  done
}

clear_a_killed_run() { # a run that was killed, or a machine that went down, leaves its link behind
  local link left
  link=$(readlink /etc/slurm/slurm.conf) && left=$(dirname "$link") || return 0
  case ${left##*/} in recurseq-slurm-*) ;; *) return 0 ;; esac
  any_alive "$left/processes" && refuse "another run of these tests goes on in $left"
  "$here/stop.sh" "$left"
  rm -f /etc/slurm/slurm.conf # also when its folder is gone
}

[ "$(id -u)" = 0 ] || refuse "needs root: jobs find the cluster through /etc/slurm/slurm.conf"
[ ${#dir} -le 80 ] || refuse "the path of DIR is too long for sockets: $dir"
[ ! -s "$dir/processes" ] || refuse "a cluster was started in $dir; end it first: stop.sh $dir"
clear_a_killed_run
[ ! -L /etc/slurm/slurm.conf ] && [ ! -e /etc/slurm/slurm.conf ] ||
  refuse "this machine has a Slurm: /etc/slurm/slurm.conf exists"
programs="munged mungekey slurmctld slurmd sbatch"
[ "$accounting" = without ] || programs+=" slurmdbd mariadbd mariadb mariadb-install-db"
for program in $programs; do
  command -v "$program" >/dev/null || refuse "not installed: $program (README.md names the packages)"
done

rm -rf "$dir"/{log,state,spool,database,munge.key}
mkdir -p "$dir"/{log,state,spool/node1,spool/node2}
chmod 755 "$dir" # munge refuses sockets in folders that others may write

# Who may talk to whom.
mungekey --create --keyfile="$dir/munge.key" --bits=1024
launch munged munged --foreground --force --key-file="$dir/munge.key" --socket="$dir/munge.sock" \
  --pid-file="$dir/munged.pid" --log-file="$dir/log/munge.log" --seed-file="$dir/munge.seed"
wait_for 10 munge munge --no-input --socket="$dir/munge.sock"

host=$(uname -n)
address=$(getent ahostsv4 "$host" | awk 'NR == 1 {print $1}')
case $address in
  127.*) local_only="CommunicationParameters=NoInAddrAny,NoCtldInAddrAny" ;;
  *) local_only="" address=127.0.0.1 ;;
esac
if [ "$accounting" = with ]; then
  accounting_settings="AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=$address
AccountingStoragePort=$((port + 1))
AccountingStoragePass=$dir/munge.sock
AccountingStorageEnforce=associations
AccountingStoreFlags=job_comment"
else
  accounting_settings="AccountingStorageType=accounting_storage/none"
fi
cat >"$SLURM_CONF" <<CONF
ClusterName=recurseq
SlurmctldHost=${host%%.*}($address)
SlurmctldPort=$port
SlurmUser=root
AuthInfo=socket=$dir/munge.sock
$local_only
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.%n.pid
MailProg=/bin/true
MpiDefault=none
PropagateResourceLimits=NONE
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
ReturnToService=2
KillWait=5
JobRequeue=0
EnforcePartLimits=ALL
MinJobAge=600
$accounting_settings
NodeName=node1 NodeHostname=${host%%.*} NodeAddr=$address Port=$((port + 2)) CPUs=4 RealMemory=12000
NodeName=node2 NodeHostname=${host%%.*} NodeAddr=$address Port=$((port + 3)) CPUs=4 RealMemory=12000
PartitionName=$partition Nodes=ALL MaxTime=240 State=UP
PartitionName=debug Nodes=ALL Default=YES MaxTime=1 State=UP
CONF

if [ "$accounting" = with ]; then
  mariadb-install-db --no-defaults --datadir="$dir/database" --user=root \
    --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve \
    >"$dir/log/database.log" 2>&1 || give_up "the database could not be made"
  launch mariadbd mariadbd --no-defaults --user=root --datadir="$dir/database" \
    --socket="$dir/mysql.sock" --skip-networking --pid-file="$dir/mariadbd.pid" \
    --innodb-lock-wait-timeout=900 --innodb-flush-log-at-trx-commit=0
  sql=(mariadb --no-defaults --socket="$dir/mysql.sock" --user=root)
  wait_for 60 mariadb "${sql[@]}" --execute "select 1"
  "${sql[@]}" --execute "create user 'slurm'@'localhost' identified by 'slurm';
    grant all on slurm_acct_db.* to 'slurm'@'localhost'"
  (umask 077; cat >"$dir/slurmdbd.conf" <<CONF
AuthInfo=socket=$dir/munge.sock
DbdHost=localhost
DbdAddr=$address
DbdPort=$((port + 1))
$local_only
SlurmUser=root
PidFile=$dir/slurmdbd.pid
StorageType=accounting_storage/mysql
StorageLoc=slurm_acct_db
StorageUser=slurm
StoragePass=slurm
CONF
  )
  MYSQL_UNIX_PORT="$dir/mysql.sock" launch slurmdbd slurmdbd -D
  wait_for 15 slurmdbd timeout 5 sacctmgr --noheader show cluster
  {
    sacctmgr --immediate add cluster recurseq
    sacctmgr --immediate add account "$account" cluster=recurseq
    sacctmgr --immediate add user root cluster=recurseq account="$account"
  } >>"$dir/log/accounts.log" 2>&1 || give_up "the account could not be made"
fi

# From here on every Slurm command on this machine means this cluster.
mkdir -p /etc/slurm
ln -s "$SLURM_CONF" /etc/slurm/slurm.conf
launch slurmctld slurmctld -D -i
wait_for 30 slurmctld bash -c "timeout 5 scontrol ping | grep -q 'is UP'"
launch node1 slurmd -D -N node1
launch node2 slurmd -D -N node2
wait_for 30 "two idle nodes" bash -c '[ "$(timeout 5 sinfo -h -N -p '$partition' -o %t -t idle | wc -l)" = 2 ]'
echo "Slurm is up, $accounting accounting: account $account, partition $partition, files in $dir"
