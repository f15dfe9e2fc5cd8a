/*
 * Copies a table with its indexes into another database, row by row, in one transaction: the least that a restore of
 * one table can cost.  copy_table SOURCE TARGET TABLE
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static sqlite3 *source, *target;

static void check(sqlite3 *db, int code)
{
    if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *format, const char *name)
{
    sqlite3_stmt *statement;
    char *sql = sqlite3_mprintf(format, name);
    check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    sqlite3_free(sql);
    return statement;
}

static void run_schema(const char *type, const char *table)
{
    sqlite3_stmt *schema = prepare(source, "SELECT type, sql FROM sqlite_master WHERE tbl_name = %Q AND sql NOT NULL", table);
    while (sqlite3_step(schema) == SQLITE_ROW)
        if (sqlite3_stricmp((const char *)sqlite3_column_text(schema, 0), type) == 0)
            check(target, sqlite3_exec(target, (const char *)sqlite3_column_text(schema, 1), NULL, NULL, NULL));
    sqlite3_finalize(schema);
}

int main(int count, char **words)
{
    char places[4096] = "?";
    if (count != 4)
        return 2;
    check(source, sqlite3_open_v2(words[1], &source, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    check(target, sqlite3_open_v2(words[2], &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL));
    check(target, sqlite3_exec(target, "PRAGMA cache_size=-16384; PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE", NULL, NULL, NULL));
    run_schema("table", words[3]);
    sqlite3_stmt *rows = prepare(source, "SELECT * FROM \"%w\"", words[3]);
    int columns = sqlite3_column_count(rows);
    for (int i = 1; i < columns && i < 2000; i++)
        sprintf(places + 2 * i - 1, ",?");
    char *sql = sqlite3_mprintf("INSERT INTO \"%w\" VALUES (%s)", words[3], places);
    sqlite3_stmt *insert = prepare(target, "%s", sql);
    sqlite3_free(sql);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            sqlite3_bind_value(insert, i + 1, sqlite3_column_value(rows, i));
        check(target, sqlite3_step(insert));
        sqlite3_reset(insert);
    }
    sqlite3_finalize(rows);
    sqlite3_finalize(insert);
    run_schema("index", words[3]);
    check(target, sqlite3_exec(target, "COMMIT", NULL, NULL, NULL));
    return 0;
}
