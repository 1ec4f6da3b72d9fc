import type { Handlers } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Database } from '../storage/index.ts';
import { countViews, listViews, removeView, saveView } from '../storage/queries/health-settings.ts';

const viewsMost = 100;

/** Views of the fleet that somebody keeps under a name. */
export function viewHandlers(
  database: () => Database,
): Pick<Handlers['health'], 'views' | 'saveView' | 'removeView'> {
  const unknown = (id: number): AppError =>
    new AppError('health.view-unknown', 'That view does not exist any more.', { id });
  return {
    views: async () => ({ items: await listViews(database()) }),

    saveView: ({ id, name, ...view }) =>
      database().transaction(async (connection) => {
        if (id === null && (await countViews(connection)) >= viewsMost)
          throw new AppError('health.too-many-views', `There are ${viewsMost} views already.`, {
            most: viewsMost,
          });
        const saved = await saveView(connection, id, name.trim(), view);
        if (saved === undefined) throw unknown(id ?? 0);
        if (saved === 'exists')
          throw new AppError('health.view-exists', `There is a view ${name} already.`, { name: name.trim() });
        return { id: saved };
      }),

    removeView: async ({ id }) => {
      if (!(await removeView(database(), id))) throw unknown(id);
      return {};
    },
  };
}
