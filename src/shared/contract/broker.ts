import { z } from 'zod';
import { epochMs, mac, nothing } from './common.ts';
import { procedure } from './procedure.ts';

/**
 * What an account may do. `device`: publish below `datayoti/sensor/{MAC}/` of its own MAC, read its own `cmd`
 * and the time. `sensors`: publish below any sensor's topic (firmware with one shared password). `reader`:
 * subscribe to everything. `admin`: everything.
 */
export const accountRole = z.enum(['device', 'sensors', 'reader', 'admin']);
export type AccountRole = z.infer<typeof accountRole>;

export const account = z
  .object({ username: z.string(), role: accountRole, mac: mac.nullable(), createdMs: epochMs })
  .readonly();
export type Account = z.infer<typeof account>;

export const username = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\s:/+#$\p{Cc}]+$/u, 'no spaces, colons, slashes or wildcards');
/** Empty means: make one. */
export const password = z.string().max(128);

export const networkInterface = z
  .object({ name: z.string(), address: z.string(), kind: z.enum(['loopback', 'lan', 'all']) })
  .readonly();

export const brokerContract = {
  /** Addresses on which the broker can listen; `0.0.0.0` stands for all. */
  interfaces: procedure(nothing, z.object({ items: z.array(networkInterface).readonly() })),
  accounts: procedure(nothing, z.object({ items: z.array(account).readonly() })),
  /** Answers with the password, the only time that it is shown. */
  createAccount: procedure(
    z.object({ username, role: accountRole, mac: mac.nullable(), password: password.default('') }),
    z.object({ account, password: z.string() }),
  ),
  setPassword: procedure(
    z.object({ username, password: password.default('') }),
    z.object({ password: z.string() }),
  ),
  /** Also disconnects the clients of that account. */
  removeAccount: procedure(z.object({ username }), nothing),
  /** The local certificate authority that sensors using TLS must trust. */
  authority: procedure(nothing, z.object({ pem: z.string(), fingerprint: z.string(), notAfterMs: epochMs })),
} as const;
