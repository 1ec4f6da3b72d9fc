import { z } from 'zod';
import { lineAddress } from './boards.ts';
import { nothing } from './common.ts';
import { boardLogLine } from './ports.ts';
import { procedure } from './procedure.ts';

const at = z.object({ address: lineAddress });

/** The serial log of a board that no job works on; the boot loader is entered by `boards.reset`. */
export const monitorContract = {
  /** Opens the port and keeps what comes; open already, it only changes the speed. Baud. */
  open: procedure(at.extend({ baudRate: z.number().int().min(300).max(4_000_000) }), nothing),
  close: procedure(at, nothing),
  /** Cursor pull; waits up to `waitMs` for the first new line. `open` is false once the port was lost or closed. */
  lines: procedure(
    at.extend({
      after: z.number().min(0),
      max: z.number().int().min(1).max(1000),
      waitMs: z.number().min(0).max(30_000),
    }),
    z.object({
      items: z.array(boardLogLine).readonly(),
      next: z.number(),
      dropped: z.number(),
      open: z.boolean(),
    }),
  ),
  /** Sends the text with a line end to the board. */
  send: procedure(
    at.extend({ text: z.string().max(1000), lineEnd: z.enum(['lf', 'crlf', 'none']) }),
    nothing,
  ),
  /** The raw log as it came, with the time of each line; known secrets are blanked. */
  file: procedure(at, z.object({ fileName: z.string(), file: z.instanceof(Blob) })),
} as const;
