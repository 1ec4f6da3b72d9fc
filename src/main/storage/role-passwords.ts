import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Database } from './database.ts';

const derive = promisify(pbkdf2);
/** PostgreSQL's own default (`scram_iterations`). */
const iterations = 4096;

export interface RolePasswords {
  readonly ingestor: string;
  readonly grafana: string;
}

/** Sets the passwords of the two service roles, as verifiers: the clear text never reaches the server or its log. What is absent stays. */
export async function setRolePasswords(owner: Database, passwords: Partial<RolePasswords>): Promise<void> {
  const { ingestor, grafana } = passwords;
  if (ingestor !== undefined)
    await owner.query(`alter role mqtt_ingestor password '${await scramVerifier(ingestor)}'`);
  if (grafana !== undefined)
    await owner.query(`alter role grafana_reader password '${await scramVerifier(grafana)}'`);
}

/** RFC 5803 in PostgreSQL's form: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. ASCII passwords only. */
export async function scramVerifier(password: string, salt: Buffer = randomBytes(16)): Promise<string> {
  const salted = await derive(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
