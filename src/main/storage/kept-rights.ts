import type { Queryable } from './database.ts';

/**
 * What may be done in schema `public`, and by default with what is made there, each as the statement that gives it
 * (of tables, views and sequences; an owner has its rights anyway).
 */
const rights = `
  select format('grant %s on %s public.%I to %s%s', a.privilege_type,
    case c.relkind when 'S' then 'sequence' else 'table' end, c.relname,
    case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
    case when a.is_grantable then ' with grant option' else '' end) as statement
  from pg_class c cross join lateral aclexplode(c.relacl) a
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and a.grantee <> c.relowner
  union all
  select format('alter default privileges for role %I in schema public grant %s on %s to %s%s',
    pg_get_userbyid(d.defaclrole), a.privilege_type, case d.defaclobjtype when 'S' then 'sequences' else 'tables' end,
    case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
    case when a.is_grantable then ' with grant option' else '' end)
  from pg_default_acl d cross join lateral aclexplode(d.defaclacl) a
  where d.defaclnamespace = 'public'::regnamespace and d.defaclobjtype in ('r', 'S') and a.grantee <> d.defaclrole`;

/** What those rights by default give for relations that were not there before. */
const defaultsForNew = `
  select format('grant %s on %s public.%I to %s%s', a.privilege_type,
    case c.relkind when 'S' then 'sequence' else 'table' end, c.relname,
    case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
    case when a.is_grantable then ' with grant option' else '' end) as statement
  from pg_class c
  join pg_default_acl d on d.defaclrole = c.relowner and d.defaclnamespace = c.relnamespace
    and d.defaclobjtype = case c.relkind when 'S' then 'S' else 'r' end
  cross join lateral aclexplode(d.defaclacl) a
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    and not c.relname = any($1) and a.grantee <> d.defaclrole`;

/**
 * Rights that the work takes away are given again, those by default also for what the work made. Inside a
 * transaction, so that nobody ever finds them missing.
 */
export async function keepingRights<T>(connection: Queryable, work: () => Promise<T>): Promise<T> {
  const before = await statements(connection, rights);
  const relations = await namesInPublic(connection);
  const result = await work();
  const after = new Set(await statements(connection, rights));
  for (const statement of before) if (!after.has(statement)) await connection.query(statement);
  for (const statement of await statements(connection, defaultsForNew, [relations]))
    await connection.query(statement);
  return result;
}

async function statements(
  connection: Queryable,
  question: string,
  values: readonly unknown[] = [],
): Promise<readonly string[]> {
  const { rows } = await connection.query<{ statement: string }>(question, values);
  return rows.map(({ statement }) => statement);
}

async function namesInPublic(connection: Queryable): Promise<readonly string[]> {
  const { rows } = await connection.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace`,
  );
  return rows.map(({ name }) => name);
}
