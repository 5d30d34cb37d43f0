#!/usr/bin/env bash
# Compares the cluster load generator with etcd, side by side: each round runs every workload on one and then on the
# other, and the medians of the rounds are printed as a Markdown table.
#
#   benchmarks/compare-with-etcd.sh [ROUNDS] [SECONDS] [WORKLOAD:CALLERS ...]
#
# Five rounds of 6 seconds by default. Needs Debian's etcd-server, etcd-client, golang-go and golang-etcd-server-dev, and
# the folder ../shared/bench beside the project (or ETCD_BENCH) with etcd3.sh and etcdload. Both clusters have three
# members on this machine, on the disk of TMPDIR. etcd is called by the Go client through the leader's endpoint; ours is
# called in the leader's process. CPU counts etcd's three servers without its client, and all of our three processes.
set -euo pipefail
rounds=${1:-5} seconds=${2:-6}
shift $(($# < 2 ? $# : 2))
workloads=("$@")
[ ${#workloads[@]} -gt 0 ] || workloads=(put:1 put:64 put:256 get:64 sget:64 txn:64 watch:100)

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bench=${ETCD_BENCH:-$project/../shared/bench}
work=$(mktemp -d)
export ETCD3_DIR=$work/etcd
ports=(21379 22379 23379)
warmup=3 keys=10000 value=256
load=$project/benchmarks/EmbeddedConsensus.Benchmarks/bin/Release/net10.0/EmbeddedConsensus.Benchmarks

cleanup() {
    [ ! -d "$ETCD3_DIR" ] || "$bench/etcd3.sh" stop || true
    rm -rf "$work"
}
trap cleanup EXIT

fail() { echo "compare-with-etcd: $*" >&2; exit 1; }

prepare() {
    [ -x "$bench/etcd3.sh" ] || fail "there is no $bench/etcd3.sh; set ETCD_BENCH to the folder that holds it"
    dotnet build "$project/benchmarks/EmbeddedConsensus.Benchmarks" -c Release -v q --nologo >&2
    (cd "$bench/etcdload" && GO111MODULE=off GOPATH=${GOPATH:-/usr/share/gocode} go build -o "$work/etcdload" .) >&2
}

leader_endpoint() {
    local all=127.0.0.1:${ports[0]},127.0.0.1:${ports[1]},127.0.0.1:${ports[2]}
    ETCDCTL_API=3 etcdctl --endpoints="$all" endpoint status | awk -F', ' '$5 == "true" { print $1 }'
}

# The processor time of etcd's servers so far, in clock ticks.
etcd_ticks() {
    local ticks=0 pid
    for pid in $(cat "$ETCD3_DIR"/*.pid); do
        ticks=$((ticks + $(sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }')))
    done
    echo $ticks
}

# Each run prints: ops/s, p50 in ms, p99 in ms, CPU seconds for 1,000 operations.
run_etcd() { # run_etcd WORKLOAD CALLERS
    local arguments=(-mode "$1" -val $value -keys $keys) before line ticks
    "$bench/etcd3.sh" start >&2 || fail "etcd does not start"
    case $1 in
        # A watch is bounded by puts; the reads write keys before the clock starts.
        watch) arguments+=(-fan "$2" -total $((seconds * 300)) -max-seconds 300) ;;
        get | sget | mixed) arguments+=(-clients "$2" -total 1000000000 -max-seconds $((seconds + 4))) ;;
        *) arguments+=(-clients "$2" -total 1000000000 -max-seconds "$seconds") ;;
    esac
    before=$(etcd_ticks)
    line=$("$work/etcdload" -endpoints "$(leader_endpoint)" "${arguments[@]}" 2>>"$work/etcd.log") ||
        { cat "$work/etcd.log" >&2; fail "etcdload failed"; }
    ticks=$(($(etcd_ticks) - before))
    "$bench/etcd3.sh" stop
    sed -E 's/.* ops=([0-9]+) .* ([0-9.]+) ops\/s p50=([0-9.]+)ms p99=([0-9.]+)ms .*/\1 \2 \3 \4/' <<<"$line" |
        awk -v ticks="$ticks" -v hz="$(getconf CLK_TCK)" '{ print $2, $3, $4, ticks / hz / $1 * 1000 }'
}

run_ours() { # run_ours WORKLOAD CALLERS
    local line field figures=
    line=$("$load" cluster --workload "$1" --replicas 3 --callers "$2" --watchers "$2" --value $value --keys $keys \
        --seconds "$seconds" --warmup $warmup 2>>"$work/ours.log") || { cat "$work/ours.log" >&2; fail "the load failed"; }
    for field in ops_per_s p50_ms p99_ms cpu_s_per_1k_ops; do
        figures+=" $(sed -E "s/.*\"$field\":([0-9.eE+-]+).*/\1/" <<<"$line")"
    done
    echo "${figures# }"
}

median() { # median FILE COLUMN
    awk -v column="$2" '{ print $column }' "$1" | sort -g |
        awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

row() { # row WORKLOAD:CALLERS
    local etcd=$work/etcd-$1 ours=$work/ours-$1
    awk -v workload="${1%:*}" -v callers="${1#*:}" \
        -v a="$(median "$etcd" 1)" -v b="$(median "$ours" 1)" -v c="$(median "$etcd" 2)" -v d="$(median "$ours" 2)" \
        -v e="$(median "$etcd" 3)" -v f="$(median "$ours" 3)" -v g="$(median "$etcd" 4)" -v h="$(median "$ours" 4)" \
        'BEGIN { printf "| %s | %s | %.0f | %.0f | %.1f | %.2f / %.2f | %.4f / %.4f | %.4f | %.4f |\n",
            workload, callers, a, b, b / a, c, e, d, f, g, h }'
}

prepare
for round in $(seq "$rounds"); do
    for workload in "${workloads[@]}"; do
        echo "round $round of $rounds: ${workload/:/, callers: }" >&2
        run_etcd "${workload%:*}" "${workload#*:}" >>"$work/etcd-$workload"
        run_ours "${workload%:*}" "${workload#*:}" >>"$work/ours-$workload"
    done
done

echo "Medians of $rounds rounds of $seconds s, three members, $value-byte values, $keys keys, $(nproc) cores, $(etcd --version | head -n 1)."
echo
echo "| workload | callers | etcd ops/s | ours ops/s | ratio | etcd p50 / p99 ms | ours p50 / p99 ms | etcd CPU s/1k | ours CPU s/1k |"
echo "|---|---|---|---|---|---|---|---|---|"
for workload in "${workloads[@]}"; do
    row "$workload"
done
