#!/usr/bin/env bash
# Runs every test: the xunit projects, then a bounded number of simulated clusters.
# Prints, last and alone on a line, "N passed, N failed".   Options: --no-build
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
build=${1:-}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0

for project in tests/*.Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    dotnet test "$project" -c Release $build --nologo -v q --blame-hang-timeout 10m \
        --logger "trx;LogFileName=$name.trx" --results-directory "$results" || true
    counters=$(grep -o '<Counters [^>]*>' "$results/$name.trx" 2>/dev/null)
    if [ -z "$counters" ]; then
        echo "$name: the test run gave no result"
        failed=$((failed + 1))
        continue
    fi
    number() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counters"; }
    passed=$((passed + $(number passed)))
    failed=$((failed + $(number total) - $(number passed)))
done

simulation=$(dotnet run -c Release $build --project tests/EmbeddedConsensus.Simulation -- --seeds 1-60 | tee /dev/stderr | tail -n 1)
if [[ $simulation =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
else
    echo "the simulation gave no result"
    failed=$((failed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
