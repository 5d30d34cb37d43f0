#!/usr/bin/env bash
# Runs every test: the xunit projects, simulated clusters, a cluster of real processes, and a check that each mutation
# still fits the sources. Installs what some of them need, if it is missing and this is Debian. Prints, last
# and alone on a line, "N passed, N failed".
#
#   ./test.sh [--no-build]        SEEDS=1-2000 ./test.sh runs more simulated clusters
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
build=${1:-}
# Half of the seeds are others every day, so that the gate explores.
seeds=${SEEDS:-1-100 today:100}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0

need() { # need CHECK PACKAGE: installs the package unless the check succeeds
    if ! eval "$1" >/dev/null 2>&1; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2"; } >/dev/null ||
            echo "$2 is missing and could not be installed: a test that needs it will fail and say so" >&2
    fi
}
need 'command -v python3 && dpkg -s python3-msgpack' python3-msgpack
need 'command -v strace' strace
need 'command -v etcdctl' etcd-client
need 'command -v clang || command -v gcc' gcc
need 'test -e /usr/include/zlib.h' zlib1g-dev

number() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counters"; }

for project in tests/*.Tests/*.csproj samples/*.Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    dotnet test "$project" -c Release $build --nologo -v q --blame-hang-timeout 10m \
        --logger "trx;LogFileName=$name.trx" --results-directory "$results" || true
    counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null)
    if [ -z "$counters" ]; then
        echo "$name: the test run gave no result"
        failed=$((failed + 1))
        continue
    fi
    passed=$((passed + $(number passed)))
    failed=$((failed + $(number total) - $(number passed)))
done

count() { # count NAME COMMAND...: runs a program whose last line is "N passed, M failed"
    local name=$1 last
    shift
    "$@" | tee "$results/$name"
    last=$(tail -n 1 "$results/$name")
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1]))
        failed=$((failed + BASH_REMATCH[2]))
    else
        echo "$name: the run gave no result"
        failed=$((failed + 1))
    fi
}
count simulation dotnet run -c Release $build --project tests/EmbeddedConsensus.Simulation -- --seeds $seeds
count deployments dotnet run -c Release $build --project tests/EmbeddedConsensus.Simulation -- --deployments --seeds 1-30
count chaos dotnet run -c Release $build --project tests/EmbeddedConsensus.Chaos -- --seconds 30 --round-seconds 15 --seed 7

publish() { # publish HOW: publishes a program that hosts a cluster, without a warning, and runs it
    local output="$results/publish-$1"
    if dotnet publish tests/EmbeddedConsensus.Aot -c Release --use-current-runtime --self-contained -v q --nologo \
        "-p:$1=true" -o "$output" && "$output/EmbeddedConsensus.Aot"; then
        passed=$((passed + 1))
    else
        echo "$1: the program could not be published without a warning, or failed"
        failed=$((failed + 1))
    fi
}
publish PublishAot
publish PublishTrimmed

sample() { # sample NAME: runs a sample that ends by itself, with exit code 0 if it showed what it is to show
    if dotnet run -c Release $build --project "samples/$1"; then
        passed=$((passed + 1))
    else
        echo "$1: the sample failed"
        failed=$((failed + 1))
    fi
}
sample LiveConfiguration
sample TtlCache
sample ServiceRegistry

# The full run is long: see docs/testing.md.
count mutations dotnet run -c Release $build --project tests/EmbeddedConsensus.Mutations -- --check

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
