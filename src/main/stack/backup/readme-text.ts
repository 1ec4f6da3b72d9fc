import type { BackupManifest } from './backup-manifest.ts';

export const readmeName = 'README.txt';

/** For whoever opens the file without the application, in years. English, as the names of tables and columns are. */
export function readmeText({ created, application, database, leftOut }: BackupManifest): string {
  const missing =
    leftOut.length === 0
      ? ''
      : `\nNot inside, because whoever made the backup may not read them:\n${leftOut.map((name) => `  ${name}\n`).join('')}`;
  return `Backup of a DataYoti database
=============================

Made ${created} by DataYoti Field ${application.version}
from the database ${database.name} (${database.kind} ${database.serverVersion}).

data/SCHEMA.TABLE.csv            a whole table
data/SCHEMA.TABLE/YYYY-MM-DD.csv the rows of one day (UTC) of a table of readings
manifest.json                    tables, row counts, time ranges, sha256 of each file, schema version
${missing}
CSV as PostgreSQL writes it: UTF-8, the first line names the columns, NULL is an empty field and an empty text
is "", times carry their offset (UTC), binary columns are \\x followed by hexadecimal digits. A spreadsheet opens
it as it is. Into a PostgreSQL database that has the tables, psql loads a file by

  \\copy sensor_data from 'data/public.sensor_data/2025-11-18.csv' (format csv, header)

Into an empty database everything together, sequences and log included, is restored by

  datayoti stack restore FILE
`;
}
