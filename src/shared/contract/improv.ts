import { z } from 'zod';
import { lineAddress } from './boards.ts';
import { procedure } from './procedure.ts';

export const improvState = z.enum([
  'stopped',
  'unauthorised',
  'ready',
  'provisioning',
  'provisioned',
  'unknown',
]);
export type ImprovState = z.infer<typeof improvState>;

/** What a board tells of itself; `null` is what its firmware is too old to know. */
export const improvFacts = z
  .object({
    state: improvState,
    /** Addresses of the board's own pages: `http://` or `https://` only. */
    urls: z.array(z.string()).readonly(),
    device: z
      .object({
        firmware: z.string(),
        version: z.string(),
        chip: z.string(),
        deviceName: z.string(),
        osName: z.string().nullable(),
        osVersion: z.string().nullable(),
      })
      .readonly()
      .nullable(),
    hostname: z.string().nullable(),
    deviceName: z.string().nullable(),
    network: z
      .object({
        online: z.boolean(),
        interfaces: z.array(z.enum(['wifi', 'ethernet', 'thread', 'modem'])).readonly(),
        urls: z.array(z.string()).readonly(),
      })
      .readonly()
      .nullable(),
  })
  .readonly();
export type ImprovFacts = z.infer<typeof improvFacts>;

/** A network that the board itself hears. */
export const improvNetwork = z
  .object({
    ssid: z.string(),
    /** dBm at the board; `null` where it sent no number. */
    rssi: z.number().nullable(),
    secured: z.boolean(),
  })
  .readonly();
export type ImprovNetwork = z.infer<typeof improvNetwork>;

const at = z.object({ address: lineAddress });

/** Firmware of others that is set up over its own serial line; the board is neither reset nor written. */
export const improvContract = {
  /** Asks for up to 10 s; `null` where the firmware does not speak Improv, which is no failure. */
  info: procedure(at, z.object({ facts: improvFacts.nullable() })),
  /** Strongest first, each name once. */
  scan: procedure(at, z.object({ networks: z.array(improvNetwork).readonly() })),
  /** Names first, where they are to change; then joins the network and answers with the board's own pages. */
  join: procedure(
    at.extend({
      ssid: z.string().min(1).max(32),
      /** Empty for an open network. */
      password: z.string().max(63),
      deviceName: z.string().max(253).nullable().default(null),
      hostname: z.string().max(253).nullable().default(null),
    }),
    z.object({ urls: z.array(z.string()).readonly() }),
  ),
} as const;
