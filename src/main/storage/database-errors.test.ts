import { expect, test } from 'vitest';
import { silentLog } from '../foundation/log.ts';
import { Database } from './database.ts';

test('a question that comes after the end says that the database is not there', async () => {
  const address = { host: '127.0.0.1', port: 1, database: 'none', user: 'nobody', password: '' };
  const database = new Database({ address, applicationName: 'test', poolSize: 1, log: silentLog });
  await database.close();
  const unreachable = { code: 'database.unreachable' };
  await expect(database.query('select 1')).rejects.toMatchObject(unreachable);
  await expect(database.transaction(() => Promise.resolve())).rejects.toMatchObject(unreachable);
});
