import { z } from 'zod';
import { errorCodes } from '../domain/app-error.ts';
import { isMacAddress } from '../domain/mac-address.ts';

/** Procedures without a question take and give this. */
export const nothing = z.object({}).readonly();

export const mac = z.string().refine(isMacAddress, 'a MAC address such as 1C:69:20:E9:18:24');
/** Epoch milliseconds, UTC. */
export const epochMs = z.number();
export const siteRef = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[\w.-]+$/u);
export const port = z.number().int().min(1).max(65_535);

export const errorReport = z
  .object({
    code: z.enum(errorCodes),
    message: z.string(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .readonly();
