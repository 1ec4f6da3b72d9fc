import type { FleetView, SiteThresholds } from '../../../shared/contract/health.ts';
import type { Queryable } from '../database.ts';

/** What sites have of their own. */
export async function allThresholds(
  connection: Queryable,
): Promise<readonly { readonly siteRef: string; readonly own: SiteThresholds }[]> {
  const { rows } = await connection.query<{ siteRef: string; own: SiteThresholds }>(
    'select site_ref as "siteRef", thresholds as own from field.health_thresholds',
  );
  return rows;
}

/** What the site has of its own; `lock` keeps it until the end of the transaction. `{}` where it has nothing. */
export async function thresholdsOfSite(
  connection: Queryable,
  siteRef: string,
  { lock }: { readonly lock: boolean },
): Promise<SiteThresholds> {
  const { rows } = await connection.query<{ own: SiteThresholds }>(
    `select thresholds as own from field.health_thresholds where site_ref = $1 ${lock ? 'for update' : ''}`,
    [siteRef],
  );
  return rows[0]?.own ?? {};
}

export async function saveThresholds(
  connection: Queryable,
  siteRef: string,
  own: SiteThresholds,
): Promise<void> {
  if (Object.keys(own).length === 0) {
    await connection.query('delete from field.health_thresholds where site_ref = $1', [siteRef]);
    return;
  }
  await connection.query(
    `insert into field.health_thresholds (site_ref, thresholds) values ($1, $2)
     on conflict (site_ref) do update set thresholds = excluded.thresholds, updated_at = now()`,
    [siteRef, JSON.stringify(own)],
  );
}

type StoredView = Omit<FleetView, 'id' | 'name'>;

export async function listViews(connection: Queryable): Promise<readonly FleetView[]> {
  const { rows } = await connection.query<{ id: number; name: string; view: StoredView }>(
    'select id, name, view from field.fleet_views order by lower(name), id',
  );
  return rows.map(({ id, name, view }) => ({ ...view, id, name }));
}

/** @returns `'exists'` where another one has the name, `undefined` where there is no view of that number */
export async function saveView(
  connection: Queryable,
  id: number | null,
  name: string,
  view: StoredView,
): Promise<number | 'exists' | undefined> {
  const taken = await connection.query<{ id: number }>(
    'select id from field.fleet_views where name = $1 and id is distinct from $2::int',
    [name, id],
  );
  if (taken.rowCount > 0) return 'exists';
  const { rows } =
    id === null
      ? await connection.query<{ id: number }>(
          'insert into field.fleet_views (name, view) values ($1, $2) returning id',
          [name, JSON.stringify(view)],
        )
      : await connection.query<{ id: number }>(
          'update field.fleet_views set name = $2, view = $3, updated_at = now() where id = $1 returning id',
          [id, name, JSON.stringify(view)],
        );
  return rows[0]?.id;
}

export async function countViews(connection: Queryable): Promise<number> {
  await connection.query('lock table field.fleet_views in share row exclusive mode');
  const { rows } = await connection.query<{ count: number }>('select count(*) from field.fleet_views');
  return rows[0]?.count ?? 0;
}

export async function removeView(connection: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await connection.query('delete from field.fleet_views where id = $1', [id]);
  return rowCount === 1;
}
