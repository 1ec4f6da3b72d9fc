import pg from 'pg';
import type { Queryable } from '../../storage/index.ts';

/** A table of the database with rows of its own. */
export interface StoredRelation {
  readonly schema: string;
  readonly name: string;
  /** Quoted for SQL. */
  readonly sql: string;
  readonly columns: readonly string[];
  /** Columns that are numbered by a sequence. */
  readonly sequences: readonly { readonly column: string; readonly sequence: string }[];
  /** The `timestamptz` column that it is partitioned by, on either kind of server. */
  readonly timeColumn: string | null;
  /** Triggers of ours; the server's own and those of an extension are not among them. */
  readonly triggers: readonly string[];
  readonly partitioned: boolean;
  readonly readable: boolean;
  readonly bytes: number;
}

interface Row {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly sequences: readonly { readonly column: string; readonly sequence: string }[];
  readonly partition_column: string | null;
  readonly triggers: readonly string[];
  readonly partitioned: boolean;
  readonly readable: boolean;
  readonly bytes: number;
}

export const quoted = (name: string): string => pg.escapeIdentifier(name);

/**
 * Every table in `public` and `field` that is no partition and no part of an extension, what is pointed to before
 * what points to it. Asked of the catalogue: a table that a migration adds is there without a word here. The list
 * of migrations is no data; it is kept apart.
 */
export async function storedRelations(connection: Queryable): Promise<readonly StoredRelation[]> {
  const { rows } = await connection.query<Row & Record<string, unknown>>(
    `select c.oid::text as oid, n.nspname as schema, c.relname as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
         and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
       coalesce((select json_agg(json_build_object('column', a.attname, 'sequence', s.oid::regclass::text) order by a.attnum)
         from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
         join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
         where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
           and d.deptype in ('a', 'i')), '[]') as sequences,
       (select a.attname::text from pg_partitioned_table p
         join pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]
         where p.partrelid = c.oid and a.atttypid = 'timestamptz'::regtype) as partition_column,
       array(select t.tgname::text from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal
         and t.tgname not like 'ts\\_%' order by 1) as triggers,
       c.relkind = 'p' as partitioned, has_table_privilege(c.oid, 'select') as readable, pg_table_size(c.oid) as bytes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'field') and c.relkind in ('r', 'p') and not c.relispartition
       and (n.nspname, c.relname) <> ('field', 'schema_migrations')
       and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid
         and e.deptype = 'e')
     order by n.nspname desc, c.relname`,
  );
  const hyper = await hypertables(connection);
  const relations = rows.map(({ partition_column, oid, ...row }) => ({
    oid,
    ...row,
    sql: `${quoted(row.schema)}.${quoted(row.name)}`,
    timeColumn: partition_column ?? hyper.get(`${row.schema}.${row.name}`) ?? null,
  }));
  return inOrder(relations, await references(connection));
}

async function hypertables(connection: Queryable): Promise<ReadonlyMap<string, string>> {
  const { rows: extension } = await connection.query(
    `select from pg_extension where extname = 'timescaledb'`,
  );
  if (extension.length === 0) return new Map();
  const { rows } = await connection.query<{ table: string; column: string }>(
    `select hypertable_schema || '.' || hypertable_name as table, column_name as column
     from timescaledb_information.dimensions
     where dimension_number = 1 and column_type = 'timestamptz'::regtype`,
  );
  return new Map(rows.map(({ table, column }) => [table, column]));
}

/** From the table that points to those that it points to, itself left aside. */
async function references(connection: Queryable): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await connection.query<{ from: string; to: string[] }>(
    `select conrelid::oid::text as from, array_agg(distinct confrelid::oid::text) as to from pg_constraint
     where contype = 'f' and conrelid <> confrelid group by 1`,
  );
  return new Map(rows.map(({ from, to }) => [from, to]));
}

/** A circle of references is left as it comes: its rows would need deferred constraints in any order. */
function inOrder<T extends { readonly oid: string }>(
  relations: readonly T[],
  to: ReadonlyMap<string, readonly string[]>,
): readonly T[] {
  const ordered: T[] = [];
  const seen = new Set<string>();
  const visit = (relation: T): void => {
    if (seen.has(relation.oid)) return;
    seen.add(relation.oid);
    for (const target of to.get(relation.oid) ?? []) {
      const found = relations.find(({ oid }) => oid === target);
      if (found !== undefined) visit(found);
    }
    ordered.push(relation);
  };
  relations.forEach(visit);
  return ordered;
}

/** What every `copy` of a backup relies on, in both directions; ends with the transaction. */
export async function settleForms(connection: Queryable): Promise<void> {
  await connection.query(
    `set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local timezone = 'UTC';
     set local datestyle = 'ISO, YMD'; set local intervalstyle = 'postgres'; set local extra_float_digits = 1;
     set local bytea_output = 'hex'; set local client_encoding = 'UTF8'; set local xmloption = 'content'`,
  );
}
