#!/usr/bin/env bash
# Measures the fits of a GPU beside its limits, the CPU engine and JAX, and checks them: OUT/DEVICE.json and OUT/DEVICE.md.
# usage: benchmarks/gpu/run.sh publish           makes the package that runs on a linux-x64 machine without an SDK
#        benchmarks/gpu/run.sh [OUT] [OPTION…]   publishes where there is an SDK, and runs what is published; see --help
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
package=$here/publish/mle-gpu-benchmarks.tar.gz
app=$(mktemp -d)
trap 'rm -rf "$app"' EXIT

publish() {
    dotnet publish "$here" -c Release -r linux-x64 --self-contained -o "$app" -v quiet -nologo \
        -p:PublishReadyToRun=true -p:DebugType=none \
        -p:IncludeSourceRevisionInInformationalVersion=false "-p:InformationalVersion=$(git -C "$here" describe --always --dirty)"
    mkdir -p "$here/publish"
    tar -C "$app" -czf "$package" .
}

if [[ ${1:-} == publish ]]; then
    publish
    du -h "$package"
    exit
fi
if [[ -n $(dotnet --list-sdks 2>/dev/null) ]]; then
    publish
elif [[ -f $package ]]; then
    tar -C "$app" -xzf "$package"
else
    echo "There is no SDK here, and $package is not there: make it with '$0 publish' where there is one." >&2
    exit 1
fi
# Kernels that the driver kept from earlier runs would make the first use look short.
export CUDA_CACHE_DISABLE=1
[[ ${1:--} != -* ]] || set -- "$here/out" "$@"
"$app/Mle.Gpu.Benchmarks" "$@"
