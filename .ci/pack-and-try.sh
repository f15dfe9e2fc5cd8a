#!/bin/sh
# Packs every package into a folder, then uses them as a stranger would: a fresh console project outside the tree
# embeds the library with the sample that README.md shows, and the tool is installed from the folder and runs its demo.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
packages=$work/packages

for project in Backup.Sql Backup.Sql.Hosting Backup.Sql.Sqlite Backup.Sql.Aws Backup.Sql.Postgres Backup.Sql.TestKit Backup.Sql.Repl; do
    dotnet pack "$here/src/$project" --configuration Release --output "$packages" -v quiet
done
version=$(ls "$packages" | sed -n 's/^Backup\.Sql\.Sqlite\.\([0-9].*\)\.nupkg$/\1/p')

echo "== what is inside"
for package in "$packages"/*.nupkg; do
    content=$(unzip -Z1 "$package")
    for wanted in LICENSE README.md; do
        echo "$content" | grep -qx "$wanted" || { echo "$package has no $wanted"; exit 1; }
    done
    echo "$content" | grep -q '^\(lib\|tools\)/.*\.xml$' || { echo "$package has no XML documentation"; exit 1; }
    test -f "${package%.nupkg}.snupkg" || { echo "$package has no symbols"; exit 1; }
    mkdir "$work/content"
    unzip -q "$package" -d "$work/content"
    unzip -qo "${package%.nupkg}.snupkg" -d "$work/content"
    # Only what was built here: assemblies of dependencies carry the paths of their own makers.
    if find "$work/content" \( -name 'Backup.Sql*' -o -name 'backupsql*' -o -name '*.nuspec' \) -type f \
        -exec grep -laF -e "$here" -e "$HOME/" {} + ; then
        echo "$package holds a path of this machine"
        exit 1
    fi
    rm -r "$work/content"
    echo "${package##*/}"
done

# The machine's own sources stay as they are; the folder is added for this project alone, and so is its package cache,
# so that a package of an earlier run is never taken for this one.
export NUGET_PACKAGES="$work/cache"
mkdir "$work/app"
cd "$work/app"
cat > NuGet.config <<CONFIG
<configuration>
  <packageSources><add key="packed" value="$packages" /></packageSources>
</configuration>
CONFIG

echo "== the tool"
dotnet tool install Backup.Sql.Repl --version "$version" --tool-path "$work/tool" > /dev/null
"$work/tool/backupsql" demo

echo "== a project that embeds the library"
dotnet new console --no-restore > /dev/null
dotnet add package Backup.Sql.Sqlite --version "$version" > /dev/null
dotnet add package SQLitePCLRaw.bundle_e_sqlite3 --version 2.0.6 > /dev/null
awk '/^<!-- sample -->$/ { sample = 1 } sample && /^```$/ { exit } code { print } sample && /^```csharp$/ { code = 1 }' \
    "$here/README.md" > Program.cs
test -s Program.cs
: > shop.db
"$work/tool/backupsql" --db shop=sqlite:shop.db \
    -c 'CREATE TABLE till (id INTEGER PRIMARY KEY, cents INTEGER); INSERT INTO till VALUES (1, 1250), (2, 499)'
dotnet run
test "$("$work/tool/backupsql" --db copy=sqlite:shop_copy.db --format csv -c 'SELECT sum(cents) FROM till' | tail -1)" = 1749
echo "The copy holds what the source held."
