#!/usr/bin/env bash
# Our CPU engine and hand-written C++ on the same inputs, in turn, one thread each.
# usage: benchmarks/peers.sh PEERS DATA [ROUNDS]
#   PEERS  a folder with native_w12.cpp, native_w345.cpp and peer.h; DATA  the inputs that its make_data.py wrote
# Prints a table of the medians over all rounds, and keeps every line in benchmarks/results/<machine>/peers.jsonl.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=$(realpath "$1") data=$(realpath "$2") rounds=${3:-3}
machine=$(lscpu | awk -F: '/^Vendor ID|^CPU family|^Model:/ { gsub(/ /, "", $2); printf "%s%s", separator, tolower($2); separator = "-" }')
results=benchmarks/results/$machine
commit=$(git describe --always --dirty)
mkdir -p "$results"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

flags="-O3 -march=native -mprefer-vector-width=512 -ffast-math -fopenmp -w"
for part in w12 w345; do
    g++ $flags -o "$build/$part" "$peers/native_$part.cpp"
    g++ $flags -DINL -o "$build/$part-inl" "$peers/native_$part.cpp"
done
dotnet build benchmarks/Mle.Benchmarks -c Release -v quiet -nologo

{
    printf '{"machine":"%s","date":"%s","cpu":"%s","gxx":"%s","dotnet":"%s","commit":"%s"}\n' "$machine" "$(date -u +%F)" \
        "$(lscpu | sed -n 's/^Model name: *//p' | head -1)" "$(g++ -dumpfullversion)" "$(dotnet --version)" "$commit"
    for ((round = 0; round < rounds; round++)); do
        OMP_NUM_THREADS=1 "$build/w12" "$data"
        OMP_NUM_THREADS=1 "$build/w345" "$data"
        dotnet benchmarks/Mle.Benchmarks/bin/Release/net10.0/Mle.Benchmarks.dll peers "$data"
        OMP_NUM_THREADS=1 "$build/w12-inl" "$data"
        OMP_NUM_THREADS=1 "$build/w345-inl" "$data"
    done
} >"$results/peers.jsonl"
python3 benchmarks/peers.py "$results/peers.jsonl" | tee "$results/peers.md"
