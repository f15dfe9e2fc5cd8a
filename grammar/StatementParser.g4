// The statements of both dialects. One rule per statement; the two entry rules read one statement and its end, which
// the token stream shows as end of input. Expressions are flat sequences here: SyntaxBuilder applies the precedences,
// so that nothing but brackets makes the parser recurse.
parser grammar StatementParser;

options { tokenVocab = CockroachLexer; }

cockroachStatement
    : EXPLAIN? statement EOF
    ;

starRocksStatement
    : EXPLAIN? snapshotStatement EOF
    ;

statement
    : backup
    | restore
    | showBackups
    | showBackup
    | alterBackup
    | createSchedule
    | alterSchedule
    | showSchedules
    | showSchedule
    | showCreateSchedule
    | controlSchedules
    | showJobs
    | controlJobs
    | alterJobOwner
    | createConnection
    | alterConnection
    | dropConnection
    | checkConnection
    | showConnections
    | showCreateConnection
    | grant
    | revoke
    | showGrants
    | showRegisteredBackups
    | showRegisteredBackup
    | importBackup
    | dropRegisteredBackups
    | alterRegisteredBackup
    | createPolicy
    | alterPolicy
    | dropPolicy
    | showPolicies
    | showMissedBackups
    | dropBackup
    | dropBackups
    | configureZone
    | excludeTableData
    | setClusterSetting
    | resetClusterSetting
    | showClusterSettings
    ;

// ---- Targets ----

targets
    : TABLE tablePattern (COMMA tablePattern)*
    | DATABASE name (COMMA name)*
    | (VIRTUAL CLUSTER | TENANT) INTEGER
    | tablePattern (COMMA tablePattern)*
    ;

restoreTargets
    : TABLE aliasedTable (COMMA aliasedTable)*
    | DATABASE name (COMMA name)*
    | (VIRTUAL CLUSTER | TENANT) INTEGER
    | SYSTEM USERS
    | aliasedTable (COMMA aliasedTable)*
    ;

aliasedTable
    : tablePattern (AS name)?
    ;

tablePattern
    : STAR
    | name (DOT (STAR | anyName (DOT (STAR | anyName))?))?
    ;

tableName
    : name (DOT anyName (DOT anyName)?)?
    ;

// ---- BACKUP ----

backup
    : BACKUP targets? INTO destination? uris asOf? withBackup?
    | BACKUP targets? TO uris asOf? incrementalFrom? withBackup?
    ;

destination
    : (LATEST | stringConstant) IN
    ;

incrementalFrom
    : INCREMENTAL FROM stringOrPlaceholder (COMMA stringOrPlaceholder)*
    ;

asOf
    : AS OF SYSTEM TIME expression
    ;

withBackup
    : WITH OPTIONS LPAREN backupOption (COMMA backupOption)* RPAREN
    | WITH backupOption (COMMA backupOption)*
    ;

backupOption
    : REVISION_HISTORY (EQUAL expression)?
    | ENCRYPTION_PASSPHRASE EQUAL stringOrPlaceholder
    | DETACHED (EQUAL (TRUE | FALSE))?
    | KMS EQUAL uris
    | INCREMENTAL_LOCATION EQUAL uris
    | EXECUTION LOCALITY EQUAL stringOrPlaceholder
    | (INCLUDE_ALL_VIRTUAL_CLUSTERS | INCLUDE_ALL_SECONDARY_TENANTS) (EQUAL expression)?
    | UPDATES_CLUSTER_MONITORING_METRICS (EQUAL expression)?
    | STRICT STORAGE LOCALITY
    | REVISION STREAM
    | PAUSE (EQUAL expression)?
    | PAUSE_WAIT EQUAL stringOrPlaceholder
    | NAME EQUAL stringOrPlaceholder
    | LABELS EQUAL stringOrPlaceholder
    | COMPRESSION EQUAL stringOrPlaceholder
    | COMPRESSION_LEVEL EQUAL expression
    ;

// ---- RESTORE ----

restore
    : RESTORE restoreTargets? FROM stringOrPlaceholder IN uris asOf? withRestore?
    | RESTORE restoreTargets? FROM uris (COMMA uris)* asOf? withRestore?
    ;

withRestore
    : WITH OPTIONS LPAREN restoreOption (COMMA restoreOption)* RPAREN
    | WITH restoreOption (COMMA restoreOption)*
    ;

restoreOption
    : ENCRYPTION_PASSPHRASE EQUAL stringOrPlaceholder
    | KMS EQUAL uris
    | INTO_DB EQUAL stringOrPlaceholder
    | SKIP_MISSING_FOREIGN_KEYS
    | SKIP_MISSING_SEQUENCE_OWNERS
    | SKIP_MISSING_SEQUENCES
    | SKIP_MISSING_VIEWS
    | SKIP_MISSING_UDFS
    | DETACHED
    | SKIP_LOCALITIES_CHECK
    | NEW_DB_NAME EQUAL stringOrPlaceholder
    | INCREMENTAL_LOCATION EQUAL uris
    | (VIRTUAL_CLUSTER_NAME | TENANT_NAME) EQUAL stringOrPlaceholder
    | (VIRTUAL_CLUSTER | TENANT) EQUAL stringOrPlaceholder
    | SCHEMA_ONLY
    | VERIFY_BACKUP_TABLE_DATA
    | UNSAFE_RESTORE_INCOMPATIBLE_VERSION
    | EXECUTION LOCALITY EQUAL stringOrPlaceholder
    | EXPERIMENTAL DEFERRED? COPY
    | REMOVE_REGIONS
    | GRANTS
    | ENGINE EQUAL stringOrPlaceholder
    | INTO_SCHEMA EQUAL stringOrPlaceholder
    ;

// ---- SHOW BACKUPS, SHOW BACKUP ----

showBackups
    : SHOW BACKUPS IN uris timeFilter? withShowBackups?
    ;

timeFilter
    : newerThan olderThan?
    | olderThan newerThan?
    ;

newerThan
    : NEWER THAN expression
    ;

olderThan
    : OLDER THAN expression
    ;

withShowBackups
    : WITH OPTIONS LPAREN showBackupsOption RPAREN
    | WITH showBackupsOption
    ;

showBackupsOption
    : INDEX
    | REVISION START TIME
    ;

// The last two alternatives were valid once; the builder refuses them and says what to write instead.
showBackup
    : SHOW BACKUP backupView? FROM stringOrPlaceholder IN uris withShowBackup?
    | SHOW BACKUP stringOrPlaceholder IN uris withShowBackup?
    | SHOW BACKUP (SCHEMAS | FILES | RANGES)? stringConstant withShowBackup?
    | SHOW BACKUP backupView? FROM (stringConstant | QUOTED_NAME) withShowBackup?
    | SHOW BACKUP CONNECTION stringOrPlaceholder withCheckConnection?
    ;

backupView
    : SCHEMAS
    | FILES
    | RANGES
    | VALIDATE
    ;

withShowBackup
    : WITH OPTIONS LPAREN showBackupOption (COMMA showBackupOption)* RPAREN
    | WITH showBackupOption (COMMA showBackupOption)*
    ;

showBackupOption
    : AS_JSON
    | CHECK_FILES
    | DEBUG_IDS
    | ENCRYPTION_PASSPHRASE EQUAL stringOrPlaceholder
    | INCREMENTAL_LOCATION EQUAL uris
    | PRIVILEGES
    | ENCRYPTION_INFO_DIR EQUAL stringOrPlaceholder
    | KMS EQUAL uris
    | SKIP_ SIZE
    | NOWAIT
    | SAMPLE EQUAL stringOrPlaceholder
    ;

// ---- ALTER BACKUP ----

alterBackup
    : ALTER BACKUP stringOrPlaceholder (IN stringOrPlaceholder)? keyChange+
    ;

keyChange
    : ADD NEW_KMS EQUAL uris WITH OLD_KMS EQUAL uris
    | ADD NEW_PASSPHRASE EQUAL stringOrPlaceholder WITH OLD_PASSPHRASE EQUAL stringOrPlaceholder
    | DROP PASSPHRASE EQUAL stringOrPlaceholder
    ;

// ---- Schedules ----

createSchedule
    : CREATE SCHEDULE ((IF NOT EXISTS)? stringOrPlaceholder)? FOR BACKUP targets? INTO uris withBackup?
      RECURRING stringConstant fullBackupCadence? withScheduleOptions?
    ;

fullBackupCadence
    : FULL BACKUP (stringConstant | ALWAYS)
    ;

withScheduleOptions
    : WITH SCHEDULE OPTIONS LPAREN scheduleOption (COMMA scheduleOption)* RPAREN
    | WITH SCHEDULE OPTIONS scheduleOption (COMMA scheduleOption)*
    ;

scheduleOption
    : (name | STRING) (EQUAL stringOrPlaceholder)?
    ;

alterSchedule
    : ALTER BACKUP SCHEDULE INTEGER scheduleChange (COMMA scheduleChange)*
    ;

scheduleChange
    : SET LABEL stringOrPlaceholder
    | SET INTO uris
    | SET WITH backupOption
    | SET RECURRING stringConstant
    | SET fullBackupCadence
    | SET SCHEDULE OPTION scheduleOption
    | EXECUTE FULL? IMMEDIATELY
    ;

showSchedules
    : SHOW (RUNNING | PAUSED)? SCHEDULES (FOR (BACKUP | SQL STATISTICS | CHANGEFEED))?
    ;

showSchedule
    : SHOW SCHEDULE expression
    ;

showCreateSchedule
    : SHOW CREATE SCHEDULE expression
    | SHOW CREATE ALL SCHEDULES
    ;

controlSchedules
    : (PAUSE | RESUME | DROP | EXECUTE) (SCHEDULE expression | SCHEDULES query)
    ;

// ---- Jobs ----

showJobs
    : SHOW AUTOMATIC JOBS
    | SHOW JOBS query? withJobOptions?
    | SHOW JOBS WHEN COMPLETE query withJobOptions?
    | SHOW JOBS ofSchedules
    | SHOW JOB (WHEN COMPLETE)? expression withJobOptions?
    ;

withJobOptions
    : WITH jobOption (COMMA jobOption)*
    ;

jobOption
    : EXECUTION DETAILS
    | RESOLVED TIMESTAMP
    ;

controlJobs
    : PAUSE (JOB expression | JOBS query) (WITH REASON EQUAL stringOrPlaceholder)?
    | (RESUME | CANCEL) (JOB expression | JOBS query)
    | (PAUSE | RESUME | CANCEL) JOBS ofSchedules
    | (PAUSE | RESUME | CANCEL) ALL name JOBS
    ;

ofSchedules
    : FOR SCHEDULES query
    | FOR SCHEDULE expression
    ;

alterJobOwner
    : ALTER JOB expression OWNER TO role
    ;

// ---- Queries ----

query
    : plainQuery
    | LPAREN query RPAREN
    ;

plainQuery
    : commonTable? SELECT selectItem (COMMA selectItem)* fromClause?
    | VALUES valuesRow (COMMA valuesRow)*
    ;

commonTable
    : WITH name AS LPAREN rowsQuery RPAREN
    ;

rowsQuery
    : showJobs
    | showSchedules
    | showBackups
    | showBackup
    | query
    ;

selectItem
    : STAR
    | expression (AS? name)?
    ;

fromClause
    : FROM (dottedName | LBRACKET rowsQuery RBRACKET) (AS? name)? (WHERE expression)?
      (ORDER BY orderTerm (COMMA orderTerm)*)? (LIMIT expression)?
    ;

orderTerm
    : expression (ASC | DESC)?
    ;

valuesRow
    : LPAREN expression (COMMA expression)* RPAREN
    ;

// ---- External connections ----

createConnection
    : CREATE EXTERNAL CONNECTION (IF NOT EXISTS)? stringOrPlaceholder AS stringOrPlaceholder
    ;

alterConnection
    : ALTER EXTERNAL CONNECTION (IF NOT? EXISTS)? stringOrPlaceholder AS stringOrPlaceholder
    ;

dropConnection
    : DROP EXTERNAL CONNECTION stringOrPlaceholder
    ;

checkConnection
    : CHECK EXTERNAL CONNECTION stringOrPlaceholder withCheckConnection?
    ;

withCheckConnection
    : WITH OPTIONS LPAREN checkConnectionOption (COMMA checkConnectionOption)* RPAREN
    | WITH checkConnectionOption (COMMA checkConnectionOption)*
    ;

checkConnectionOption
    : CONCURRENTLY EQUAL expression
    | TRANSFER EQUAL stringOrPlaceholder
    | TIME EQUAL stringOrPlaceholder
    ;

showConnections
    : SHOW EXTERNAL CONNECTIONS
    | SHOW EXTERNAL CONNECTION stringOrPlaceholder
    ;

showCreateConnection
    : SHOW CREATE ALL EXTERNAL CONNECTIONS
    | SHOW CREATE EXTERNAL CONNECTION stringOrPlaceholder
    ;

// ---- Rights ----

grant
    : GRANT SYSTEM privileges TO roles (WITH GRANT OPTION)?
    | GRANT privileges ON grantObject TO roles (WITH GRANT OPTION)?
    ;

revoke
    : REVOKE (GRANT OPTION FOR)? SYSTEM privileges FROM roles
    | REVOKE (GRANT OPTION FOR)? privileges ON grantObject FROM roles
    ;

showGrants
    : SHOW GRANTS (ON grantObject)? (FOR roles)?
    | SHOW SYSTEM GRANTS (FOR roles)?
    ;

privileges
    : privilege (COMMA privilege)*
    ;

privilege
    : ALL PRIVILEGES?
    | SELECT
    | CREATE
    | GRANT
    | IDENTIFIER
    | unreservedWord
    ;

grantObject
    : DATABASE name (COMMA name)*
    | EXTERNAL CONNECTION name (COMMA name)*
    | TABLE tablePattern (COMMA tablePattern)*
    | tablePattern (COMMA tablePattern)*
    ;

roles
    : role (COMMA role)*
    ;

role
    : name
    | USER
    ;

// ---- Registry ----

showRegisteredBackups
    : SHOW REGISTERED BACKUPS (FOR DATABASE name)? (WITH LABELS EQUAL stringOrPlaceholder)?
    ;

showRegisteredBackup
    : SHOW REGISTERED BACKUP stringOrPlaceholder
    ;

importBackup
    : IMPORT BACKUP stringConstant USING PLUGIN stringConstant FOR DATABASE name (AS stringOrPlaceholder)?
      (WITH LABELS EQUAL stringOrPlaceholder)?
    ;

dropRegisteredBackups
    : DROP BACKUP (IF EXISTS)? stringOrPlaceholder (COMMA stringOrPlaceholder)*
    ;

alterRegisteredBackup
    : ALTER REGISTERED BACKUP stringOrPlaceholder SET LABELS EQUAL stringOrPlaceholder
    ;

// ---- Policies ----

createPolicy
    : CREATE BACKUP POLICY (IF NOT EXISTS)? name FOR policySelector INTO uris RECURRING stringConstant
      retain? withBackup?
    ;

policySelector
    : DATABASE name (COMMA name)*
    | SCOPE stringConstant
    | LABELS stringConstant
    | ALL DATABASES
    ;

retain
    : RETAIN LPAREN retentionRule (COMMA retentionRule)* RPAREN
    ;

retentionRule
    : (HOURLY | DAILY | WEEKLY | MONTHLY | YEARLY) EQUAL INTEGER
    ;

alterPolicy
    : ALTER BACKUP POLICY name policyChange
    ;

policyChange
    : SUSPEND
    | RESUME
    | SET RECURRING stringConstant
    | SET retain
    | SET LABELS EQUAL stringOrPlaceholder
    ;

dropPolicy
    : DROP BACKUP POLICY (IF EXISTS)? name
    ;

showPolicies
    : SHOW BACKUP POLICIES
    | SHOW BACKUP POLICY name
    ;

showMissedBackups
    : SHOW MISSED BACKUPS FOR POLICY name
    ;

// ---- Expiry ----

dropBackup
    : DROP BACKUP (IF EXISTS)? (LATEST | stringConstant) IN uris
    ;

dropBackups
    : DROP BACKUPS IN uris (olderThan | KEEP LPAREN keepRule (COMMA keepRule)* RPAREN)
    ;

keepRule
    : LAST EQUAL INTEGER
    | retentionRule
    ;

// ---- Settings ----

configureZone
    : ALTER (DATABASE name | TABLE tableName) CONFIGURE ZONE
      (USING zoneVariable (COMMA zoneVariable)* | DISCARD)
    ;

zoneVariable
    : name (DOT name)? EQUAL expression
    ;

excludeTableData
    : ALTER TABLE tableName SET LPAREN EXCLUDE_DATA_FROM_BACKUP EQUAL expression RPAREN
    | ALTER TABLE tableName RESET LPAREN EXCLUDE_DATA_FROM_BACKUP RPAREN
    ;

setClusterSetting
    : SET CLUSTER SETTING dottedName (EQUAL | TO) (expression | ON)
    ;

resetClusterSetting
    : RESET CLUSTER SETTING dottedName
    ;

showClusterSettings
    : SHOW CLUSTER SETTING dottedName
    | SHOW ALL? CLUSTER SETTINGS
    ;

// ---- Expressions ----

expression
    : prefixOperator* primary (castSuffix | nullSuffix | inSuffix)*
      (binaryOperator prefixOperator* primary (castSuffix | nullSuffix | inSuffix)*)*
    ;

prefixOperator
    : NOT
    | MINUS
    ;

binaryOperator
    : OR
    | AND
    | EQUAL
    | NOT_EQUAL
    | LESS
    | LESS_EQUAL
    | GREATER
    | GREATER_EQUAL
    | LIKE
    | PLUS
    | MINUS
    | CONCAT
    | STAR
    | SLASH
    ;

castSuffix
    : CAST typeName
    ;

nullSuffix
    : IS NOT? NULL
    ;

inSuffix
    : NOT? IN LPAREN (plainQuery | expression (COMMA expression)*) RPAREN
    ;

primary
    : STRING
    | INTEGER
    | NUMBER
    | PLACEHOLDER
    | TRUE
    | FALSE
    | NULL
    | DEFAULT
    | (INTERVAL | TIMESTAMP | TIMESTAMPTZ | DATE | DECIMAL) STRING
    | ARRAY LBRACKET (expression (COMMA expression)*)? RBRACKET
    | dottedName (LPAREN (STAR | expression (COMMA expression)*)? RPAREN)?
    | LPAREN plainQuery RPAREN
    | LPAREN expression RPAREN
    ;

typeName
    : name (LPAREN INTEGER (COMMA INTEGER)? RPAREN)? (LBRACKET RBRACKET)?
    ;

// ---- Names and strings ----

uris
    : stringOrPlaceholder
    | LPAREN stringOrPlaceholder (COMMA stringOrPlaceholder)* RPAREN
    ;

dottedName
    : name (DOT anyName)*
    ;

// A bare word is a string here.
stringOrPlaceholder
    : STRING
    | PLACEHOLDER
    | IDENTIFIER
    | QUOTED_NAME
    | unreservedWord
    | wordNotName
    ;

stringConstant
    : STRING
    | PLACEHOLDER
    ;

name
    : IDENTIFIER
    | QUOTED_NAME
    | unreservedWord
    ;

anyName
    : IDENTIFIER
    | QUOTED_NAME
    | unreservedWord
    | wordNotName
    | reservedWord
    ;

// ---- StarRocks ----

snapshotStatement
    : createRepository
    | dropRepository
    | showRepositories
    | backupSnapshot
    | restoreSnapshot
    | cancelSnapshotJob
    | showSnapshotJobs
    | showSnapshots
    | dropSnapshot
    | recover
    | grantSnapshotPrivilege
    ;

createRepository
    : CREATE (READ ONLY)? REPOSITORY snapshotName WITH BROKER (snapshotName | STRING)?
      ON LOCATION STRING properties?
    ;

dropRepository
    : DROP REPOSITORY snapshotName
    ;

showRepositories
    : SHOW REPOSITORIES
    ;

backupSnapshot
    : BACKUP catalogs? (DATABASE snapshotName)? SNAPSHOT qualifiedName TO snapshotName snapshotObjects? properties?
    ;

catalogs
    : ALL EXTERNAL CATALOGS
    | EXTERNAL (CATALOG | CATALOGS) LPAREN snapshotName (COMMA snapshotName)* RPAREN
    ;

restoreSnapshot
    : RESTORE SNAPSHOT qualifiedName FROM snapshotName aliasedCatalogs? (DATABASE aliasedSnapshotName)?
      snapshotObjects? properties?
    ;

aliasedCatalogs
    : ALL EXTERNAL CATALOGS
    | EXTERNAL (CATALOG | CATALOGS) LPAREN aliasedSnapshotName (COMMA aliasedSnapshotName)* RPAREN
    ;

aliasedSnapshotName
    : snapshotName (AS snapshotName)?
    ;

snapshotObjects
    : ON LPAREN snapshotObject (COMMA snapshotObject)* RPAREN
    ;

snapshotObject
    : ALL (TABLE | TABLES)
    | ALL MATERIALIZED (VIEW | VIEWS)
    | ALL (VIEW | VIEWS)
    | ALL (FUNCTION | FUNCTIONS)
    | MATERIALIZED (VIEW | VIEWS) qualifiedName (AS snapshotName)?
    | (VIEW | VIEWS) qualifiedName (AS snapshotName)?
    | (FUNCTION | FUNCTIONS) qualifiedName (AS snapshotName)?
    | (TABLE | TABLES) qualifiedName partitions? (AS snapshotName)?
    | qualifiedName partitions? (AS snapshotName)?
    ;

partitions
    : TEMPORARY? (PARTITION | PARTITIONS) (LPAREN snapshotName (COMMA snapshotName)* RPAREN | snapshotName)
    ;

properties
    : PROPERTIES LPAREN property (COMMA property)* RPAREN
    ;

property
    : STRING EQUAL STRING
    ;

cancelSnapshotJob
    : CANCEL (BACKUP | RESTORE) ((FROM | IN) snapshotName | FOR EXTERNAL CATALOG)?
    ;

showSnapshotJobs
    : SHOW (BACKUP | RESTORE) ((FROM | IN) snapshotName)? rowFilter
    ;

showSnapshots
    : SHOW SNAPSHOT ON snapshotName rowFilter
    ;

rowFilter
    : (WHERE snapshotExpression)? (ORDER BY snapshotOrderTerm (COMMA snapshotOrderTerm)*)?
      (LIMIT INTEGER (COMMA INTEGER)?)?
    ;

snapshotOrderTerm
    : snapshotExpression (ASC | DESC)?
    ;

dropSnapshot
    : DROP SNAPSHOT snapshotName ON snapshotName FORCE?
    ;

recover
    : RECOVER DATABASE snapshotName
    | RECOVER TABLE qualifiedName
    | RECOVER PARTITION snapshotName FROM qualifiedName
    ;

grantSnapshotPrivilege
    : GRANT snapshotPrivilege TO grantee
    | REVOKE snapshotPrivilege FROM grantee
    ;

snapshotPrivilege
    : REPOSITORY ON SYSTEM
    | EXPORT ON TABLE qualifiedName
    | EXPORT ON ALL TABLES IN (DATABASE snapshotName | ALL DATABASES)
    ;

grantee
    : ROLE snapshotName
    | USER? snapshotName
    ;

snapshotExpression
    : NOT* snapshotPrimary (snapshotOperator NOT* snapshotPrimary)*
    ;

snapshotOperator
    : OR
    | AND
    | EQUAL
    | NOT_EQUAL
    | LESS
    | LESS_EQUAL
    | GREATER
    | GREATER_EQUAL
    | LIKE
    ;

snapshotPrimary
    : STRING
    | INTEGER
    | NUMBER
    | TRUE
    | FALSE
    | NULL
    | qualifiedName
    | LPAREN snapshotExpression RPAREN
    ;

qualifiedName
    : snapshotName (DOT snapshotName)?
    ;

// Any keyword but StarRocks' own reserved ones.
snapshotName
    : IDENTIFIER | QUOTED_NAME | OTHER_RESERVED | WORD_ONLY | ADD | ALTER | ALWAYS | ARRAY | AS_JSON | AUTOMATIC
    | BACKUP | BACKUPS | BROKER | CANCEL | CATALOG | CATALOGS | CHANGEFEED | CHECK | CHECK_FILES | CLUSTER
    | COMPLETE | COMPRESSION | COMPRESSION_LEVEL | CONCURRENTLY | CONFIGURE | CONNECTION | CONNECTIONS | COPY
    | DAILY | DATABASES | DATE | DEBUG_IDS | DECIMAL | DEFAULT | DEFERRED | DETACHED | DETAILS | DISCARD
    | ENCRYPTION_INFO_DIR | ENCRYPTION_PASSPHRASE | ENGINE | EXCLUDE_DATA_FROM_BACKUP | EXECUTE | EXECUTION | EXISTS
    | EXPERIMENTAL | EXPLAIN | EXPORT | EXTERNAL | FILES | FULL | FUNCTIONS | GRANTS | HOURLY | IF | IMMEDIATELY
    | IMPORT | INCLUDE_ALL_SECONDARY_TENANTS | INCLUDE_ALL_VIRTUAL_CLUSTERS | INCREMENTAL | INCREMENTAL_LOCATION
    | INDEX | INTERVAL | INTO | INTO_DB | INTO_SCHEMA | IS | JOB | JOBS | KEEP | KMS | LABEL | LABELS | LAST
    | LATEST | LOCALITY | LOCATION | MATERIALIZED | MISSED | MONTHLY | NAME | NEWER | NEW_DB_NAME | NEW_KMS
    | NEW_PASSPHRASE | NOWAIT | OF | OLDER | OLD_KMS | OLD_PASSPHRASE | ONLY | OPTION | OPTIONS | OWNER | PARTITIONS
    | PASSPHRASE | PAUSE | PAUSED | PAUSE_WAIT | PLUGIN | POLICIES | POLICY | PRIVILEGES | PROPERTIES | RANGES
    | READ | REASON | RECOVER | RECURRING | REGISTERED | REMOVE_REGIONS | REPOSITORIES | REPOSITORY | RESET
    | RESOLVED | RESTORE | RESUME | RETAIN | REVISION | REVISION_HISTORY | ROLE | RUNNING | SAMPLE | SCHEDULE
    | SCHEDULES | SCHEMAS | SCHEMA_ONLY | SCOPE | SELECT | SET | SETTING | SETTINGS | SIZE | SKIP_
    | SKIP_LOCALITIES_CHECK | SKIP_MISSING_FOREIGN_KEYS | SKIP_MISSING_SEQUENCES | SKIP_MISSING_SEQUENCE_OWNERS
    | SKIP_MISSING_UDFS | SKIP_MISSING_VIEWS | SNAPSHOT | SQL | START | STATISTICS | STORAGE | STREAM | STRICT
    | SUSPEND | SYSTEM | TABLES | TEMPORARY | TENANT | TENANT_NAME | THAN | TIME | TIMESTAMP | TIMESTAMPTZ
    | TRANSFER | UNSAFE_RESTORE_INCOMPATIBLE_VERSION | UPDATES_CLUSTER_MONITORING_METRICS | USER | USERS | USING
    | VALIDATE | VALUES | VERIFY_BACKUP_TABLE_DATA | VIEW | VIEWS | VIRTUAL | VIRTUAL_CLUSTER | VIRTUAL_CLUSTER_NAME
    | WEEKLY | WHEN | YEARLY | ZONE
    ;

// ---- Keywords as names ----

unreservedWord
    : ADD | ALTER | ALWAYS | AS_JSON | AUTOMATIC | BACKUP | BACKUPS | BROKER | BY | CANCEL | CATALOG | CATALOGS
    | CHANGEFEED | CHECK_FILES | CLUSTER | COMPLETE | COMPRESSION | COMPRESSION_LEVEL | CONFIGURE | CONNECTION
    | CONNECTIONS | COPY | DAILY | DATABASE | DATABASES | DATE | DEBUG_IDS | DECIMAL | DEFERRED | DETACHED | DETAILS
    | DISCARD | DROP | ENCRYPTION_INFO_DIR | ENCRYPTION_PASSPHRASE | ENGINE | EXCLUDE_DATA_FROM_BACKUP | EXECUTE
    | EXECUTION | EXISTS | EXPERIMENTAL | EXPLAIN | EXPORT | EXTERNAL | FILES | FORCE | FUNCTION | FUNCTIONS
    | GRANTS | HOURLY | IF | IMMEDIATELY | IMPORT | INCLUDE_ALL_SECONDARY_TENANTS | INCLUDE_ALL_VIRTUAL_CLUSTERS
    | INCREMENTAL | INCREMENTAL_LOCATION | INDEX | INTERVAL | INTO_DB | INTO_SCHEMA | JOB | JOBS | KEEP | KMS
    | LABEL | LABELS | LAST | LATEST | LOCALITY | LOCATION | MATERIALIZED | MISSED | MONTHLY | NAME | NEWER
    | NEW_DB_NAME | NEW_KMS | NEW_PASSPHRASE | NOWAIT | OF | OLDER | OLD_KMS | OLD_PASSPHRASE | OPTION | OPTIONS
    | OWNER | PARTITION | PARTITIONS | PASSPHRASE | PAUSE | PAUSED | PAUSE_WAIT | PLUGIN | POLICIES | POLICY
    | PRIVILEGES | PROPERTIES | RANGES | READ | REASON | RECOVER | RECURRING | REGISTERED | REMOVE_REGIONS
    | REPOSITORIES | REPOSITORY | RESET | RESOLVED | RESTORE | RESUME | RETAIN | REVISION | REVISION_HISTORY
    | REVOKE | ROLE | RUNNING | SAMPLE | SCHEDULE | SCHEDULES | SCHEMAS | SCHEMA_ONLY | SCOPE | SET | SETTING
    | SETTINGS | SHOW | SIZE | SKIP_ | SKIP_LOCALITIES_CHECK | SKIP_MISSING_FOREIGN_KEYS | SKIP_MISSING_SEQUENCES
    | SKIP_MISSING_SEQUENCE_OWNERS | SKIP_MISSING_UDFS | SKIP_MISSING_VIEWS | SNAPSHOT | SQL | START | STATISTICS
    | STORAGE | STREAM | STRICT | SUSPEND | SYSTEM | TABLES | TEMPORARY | TENANT | TENANT_NAME | THAN | TIME
    | TIMESTAMP | TIMESTAMPTZ | TRANSFER | UNSAFE_RESTORE_INCOMPATIBLE_VERSION | UPDATES_CLUSTER_MONITORING_METRICS
    | USERS | VALIDATE | VALUES | VERIFY_BACKUP_TABLE_DATA | VIEW | VIEWS | VIRTUAL | VIRTUAL_CLUSTER
    | VIRTUAL_CLUSTER_NAME | WEEKLY | YEARLY | ZONE
    ;

// Words that may stand for a string, but not for a name.
wordNotName
    : WORD_ONLY | FULL | IS | LIKE
    ;

reservedWord
    : OTHER_RESERVED | ALL | AND | ARRAY | AS | ASC | CHECK | CONCURRENTLY | CREATE | DEFAULT | DESC | FALSE | FOR
    | FROM | GRANT | IN | INTO | LIMIT | NOT | NULL | ON | ONLY | OR | ORDER | SELECT | TABLE | TO | TRUE | USER
    | USING | WHEN | WHERE | WITH
    ;
