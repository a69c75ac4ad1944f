#!/usr/bin/env bash
# A Slurm cluster of n1 … nN on this machine, for tests: munged, slurmctld and one slurmd for each node, on the loopback, without
# systemd, cgroups or accounting. Needs root and Debian's slurmctld, slurmd, slurm-client and munge.
#
#   cluster.sh start FOLDER NODES PORT    FOLDER/slurm.conf is then SLURM_CONF; takes the ports PORT to PORT + NODES
#   cluster.sh kill FOLDER NODE           as a loss of power: the node's daemon, its steps' daemons and all its processes at once
#   cluster.sh stop FOLDER
set -euo pipefail
command=$1 folder=$(realpath -m "$2")
export SLURM_CONF=$folder/slurm.conf

start() {
    local nodes=$1 port=$2 host
    host=$(hostname -s)
    mkdir -p "$folder/munge" "$folder/state"
    chmod 755 "$folder" "$folder/munge"
    # A key and a socket of its own.
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
    chown -R munge: "$folder/munge"
    runuser -u munge -- munged --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
        --log-file="$folder/munge/log" --seed-file="$folder/munge/seed"
    # What makes a lost node's jobs start elsewhere soon: short timeouts of nodes and credentials.
    cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/slurmctld.log
StateSaveLocation=$folder/state
SlurmUser=root
SlurmdUser=root
SlurmdPidFile=$folder/%n.pid
SlurmdLogFile=$folder/%n.log
SlurmdSpoolDir=$folder/%n
SlurmdParameters=config_overrides
SlurmdTimeout=${NODE_TIMEOUT:-5}
SlurmctldTimeout=5
KillWait=2
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=${CREDENTIAL_TIMEOUT:-5}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0,bf_interval=1
ReturnToService=2
JobRequeue=1
${REQUEUE_EXIT:+RequeueExit=$REQUEUE_EXIT}
CONF
    local node
    for ((node = 1; node <= nodes; node++)); do
        mkdir -p "$folder/n$node"
        echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + node)) CPUs=1 RealMemory=1000"
    done >>"$SLURM_CONF"
    echo "PartitionName=main Nodes=n[1-$nodes] Default=YES" >>"$SLURM_CONF"
    slurmctld -c
    for ((node = 1; node <= nodes; node++)); do
        slurmd -N "n$node"
    done
    local polls
    for ((polls = 0; polls < 200; polls++)); do
        [[ $(sinfo -h -N -t idle -o %N 2>/dev/null | wc -l) -eq $nodes ]] && return
        sleep 0.1
    done
    echo "the nodes are not idle after 20 s:" >&2
    sinfo -N -l >&2
    exit 1
}

# All processes that a job of this node has started, by what Slurm puts into their environment, and the step daemons above them.
processes_of() {
    local file pid
    for file in /proc/[0-9]*/environ; do
        pid=${file#/proc/} pid=${pid%/environ}
        if tr '\0' '\n' 2>/dev/null <"$file" | grep -qx "SLURMD_NODENAME=$1" && tr '\0' '\n' 2>/dev/null <"$file" | grep -qx "SLURM_CONF=$SLURM_CONF"; then
            echo "$pid"
            local parent
            parent=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
            if [[ -n $parent && $(cat "/proc/$parent/comm" 2>/dev/null) == slurmstepd ]]; then
                echo "$parent"
            fi
        fi
    done 2>/dev/null
}

stop() {
    local file pids=()
    for file in "$folder"/n*.pid "$folder/slurmctld.pid" "$folder/munge/pid"; do
        [[ -s $file ]] && pids+=("$(cat "$file")")
    done
    ((${#pids[@]})) || return 0
    kill "${pids[@]}" 2>/dev/null || true
    # They write into the folder until they have ended.
    local polls
    for ((polls = 0; polls < 100; polls++)); do
        ps -p "$(IFS=, && echo "${pids[*]}")" >/dev/null || return 0
        sleep 0.1
    done
    kill -9 "${pids[@]}" 2>/dev/null || true
}

case $command in
start) start "$3" "$4" ;;
kill) kill -9 "$(cat "$folder/$3.pid")" $(processes_of "$3" | sort -u) 2>/dev/null || true ;;
stop) stop ;;
esac
