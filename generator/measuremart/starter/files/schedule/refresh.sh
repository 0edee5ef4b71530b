#!/bin/sh
# Build the marts for clinicians: refresh.sh clinicians. Run it in the project's folder. It publishes nothing.
#
#   DBT                  the dbt command; default dbt
#   MEASUREMART_DUCKDB   the database that people read; absent: the profile's other engine, built in place
#   RETRIES              how often what failed is tried again; default 2
#   PAUSE                seconds before each of these; default 60
#
# Exit codes: 0 built; 75 another run is under way, or somebody wrote into the database meanwhile; else dbt's own. A run that
# fails or is killed leaves the database that people read as it was: a DuckDB file is built beside it and takes its place
# at the end.
set -eu

audience=$1
shift
case $audience in clinicians) ;; *) echo "refresh.sh clinicians [options of dbt]" >&2; exit 2 ;; esac
dbt=${DBT:-dbt}
mkdir -p build/refresh
exec 9> build/refresh/lock
flock --nonblock 9 || { echo "another refresh is under way" >&2; exit 75; }

database=${MEASUREMART_DUCKDB:-}
if [ -n "$database" ]; then
    # The same file name, since DuckDB calls a database by it.
    next=build/refresh/$(basename "$database")
    rm -f "$next" "$next.wal"
    # A publication that is made while this runs is in the old file alone: then the new one may not take its place.
    version() { [ ! -e "$database" ] || stat -c '%i %s %y' "$database"; }
    before=$(version)
    [ ! -e "$database" ] || cp "$database" "$next"
    export MEASUREMART_DUCKDB="$next"
fi

target=build/refresh/$audience

status=0
"$dbt" build --selector "$audience" --target-path "$target" "$@" || status=$?
left=${RETRIES:-2}
while [ "$status" -ne 0 ] && [ "$left" -gt 0 ]; do
    left=$((left - 1))
    sleep "${PAUSE:-60}"
    status=0
    "$dbt" retry --target-path "$target" || status=$?
done
[ "$status" -eq 0 ] || exit "$status"

if [ -n "$database" ]; then
    [ "$before" = "$(version)" ] || { echo "the database was written meanwhile: run this again" >&2; exit 75; }
    mv "$next" "$database"
fi
