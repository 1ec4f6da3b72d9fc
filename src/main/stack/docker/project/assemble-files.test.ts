import { expect, test } from 'vitest';
import { verifyPassword } from '../../embedded/broker/password-hash.ts';
import { accessFiles } from './assemble-files.ts';

const secrets = {
  mqtt_password: 'made for this test',
} as unknown as Parameters<typeof accessFiles>[0]['secrets'];

const written = async (of = secrets): Promise<{ readonly hash: string; readonly password: string }> => {
  const files = await accessFiles({
    secrets: of,
    ingestorUser: 'ingestor',
    accounts: [],
    app: { username: 'app', password: 'unused' },
  });
  const text = (path: string): string => files.get(path)?.content.toString() ?? '';
  return {
    hash: /^field-health:(.+)$/m.exec(text('mosquitto/passwords'))?.[1] ?? '',
    password: /^--pw (.+)$/m.exec(text('mosquitto/client/mosquitto_sub'))?.[1] ?? '',
  };
};

test("the health check's login of one writer fits the password file of another, and changes with the secrets", async () => {
  const [one, other] = await Promise.all([written(), written()]);
  expect(other.hash).not.toBe(one.hash);
  expect(await verifyPassword(one.password, other.hash)).toBe(true);
  const renewed = await written({ ...secrets, mqtt_password: 'renewed for this test' });
  expect(await verifyPassword(one.password, renewed.hash)).toBe(false);
});
