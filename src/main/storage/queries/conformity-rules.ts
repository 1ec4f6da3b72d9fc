import type { ConformityRule } from '../../../shared/contract/conformity.ts';
import type { Queryable } from '../database.ts';

type Fields = Omit<ConformityRule, 'id' | 'createdMs' | 'updatedMs'>;

const columns = `id, site_ref as "siteRef", metric_type as "metricType", min_allowed::float8 as "minAllowed",
  max_allowed::float8 as "maxAllowed", criticality, coalesce(description, '') as description,
  coalesce(created_at, 'epoch') as "createdMs", coalesce(updated_at, created_at, 'epoch') as "updatedMs"`;

/** By site and number; of all sites where none is given. */
export async function listRules(
  connection: Queryable,
  siteRef: string | null,
): Promise<readonly ConformityRule[]> {
  const { rows } = await connection.query<ConformityRule>(
    `select ${columns} from field.conformity_rules where $1::text is null or site_ref = $1 order by site_ref, id`,
    [siteRef],
  );
  return rows;
}

/** One rule, kept from others until the transaction ends. */
export async function lockRule(connection: Queryable, id: number): Promise<ConformityRule | undefined> {
  const { rows } = await connection.query<ConformityRule>(
    `select ${columns} from field.conformity_rules where id = $1 for update`,
    [id],
  );
  return rows[0];
}

/** Two that add rules at once each count what the other adds. */
export async function lockRules(connection: Queryable): Promise<void> {
  await connection.query('lock table field.conformity_rules in share row exclusive mode');
}

const values = ({ siteRef, metricType, minAllowed, maxAllowed, criticality, description }: Fields) => [
  siteRef,
  metricType,
  minAllowed === null ? null : String(minAllowed),
  maxAllowed === null ? null : String(maxAllowed),
  criticality,
  description,
];

export interface RuleTimes {
  readonly createdMs: number | null;
  readonly updatedMs: number | null;
}

const now: RuleTimes = { createdMs: null, updatedMs: null };

/** Under a number of its own, or under that which it brings; `createdMs` and `updatedMs` are now where they are `null`. */
export async function insertRule(
  connection: Queryable,
  id: number | null,
  rule: Fields,
  { createdMs, updatedMs }: RuleTimes = now,
): Promise<ConformityRule | undefined> {
  const { rows } = await connection.query<ConformityRule>(
    `insert into field.conformity_rules
       (id, site_ref, metric_type, min_allowed, max_allowed, criticality, description, created_at, updated_at)
     values (coalesce($7::int, nextval(pg_get_serial_sequence('field.conformity_rules', 'id'))), $1, $2, $3::numeric,
       $4::numeric, $5, $6, coalesce(to_timestamp($8::float8 / 1000), now()), coalesce(to_timestamp($9::float8 / 1000), now()))
     returning ${columns}`,
    [...values(rule), id, createdMs, updatedMs],
  );
  return rows[0];
}

/** The number stays, and so does the time of its making unless one is given. */
export async function updateRule(
  connection: Queryable,
  id: number,
  rule: Fields,
  { createdMs, updatedMs }: RuleTimes = now,
): Promise<ConformityRule | undefined> {
  const { rows } = await connection.query<ConformityRule>(
    `update field.conformity_rules set site_ref = $1, metric_type = $2, min_allowed = $3::numeric, max_allowed = $4::numeric,
       criticality = $5, description = $6, created_at = coalesce(to_timestamp($8::float8 / 1000), created_at),
       updated_at = coalesce(to_timestamp($9::float8 / 1000), now())
     where id = $7 returning ${columns}`,
    [...values(rule), id, createdMs, updatedMs],
  );
  return rows[0];
}

/** Numbers that were brought along are not given out again. */
export async function skipUsedNumbers(connection: Queryable): Promise<void> {
  await connection.query(
    `select setval(s.name, m.id) from (select max(id) as id from field.conformity_rules) as m,
       (select pg_get_serial_sequence('field.conformity_rules', 'id') as name) as s
     where m.id > coalesce(pg_sequence_last_value(s.name::regclass), 0)`,
  );
}

export async function removeRule(connection: Queryable, id: number): Promise<void> {
  await connection.query('delete from field.conformity_rules where id = $1', [id]);
}
